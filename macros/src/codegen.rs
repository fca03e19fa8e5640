//! The tokens that a log call becomes.
//!
//! ```text
//! match { statics; if const { allows(LEVEL) } && GATE.is_on() { Some(&GATE) } else { None } } {
//!     Some(gate) => {
//!         unlikely();
//!         match (&a, &b) { (a0, a1) => emit(gate, &(pick(a0), (pick(a1), ()))) };
//!     }
//!     None => {}
//! }
//! ```
//!
//! No expression of the user stands where a name of ours can be seen: the statics are in a block of
//! their own, the traits of `pick` are imported behind the inputs, and locals are hygienic. Inputs
//! are borrowed in a statement of their own, so that nothing lives longer than the call.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::args::Head;
use crate::plan::{Family, Plan, Slot, Whole};

pub(crate) fn event(head: &Head, plan: &Plan) -> TokenStream {
    let root = &head.root;
    let gate = Ident::new("gate", Span::mixed_site());
    let site = site(head, plan);
    let emit = emit(root, plan, &gate);
    quote! {
        match {
            #site
            let #gate = #root::__private::known(&__HYDRA_GATE);
            if const { #root::__private::allows(__HYDRA_LEVEL) } && #gate.is_on() {
                #root::__private::__linked!(__HYDRA_SITE);
                #root::__private::Some(#gate)
            } else {
                #root::__private::None
            }
        } {
            #root::__private::Some(#gate) => {
                #root::__private::unlikely();
                #emit
            }
            #root::__private::None => {}
        }
    }
}

pub(crate) fn enabled(head: &Head) -> TokenStream {
    let root = &head.root;
    let site = site(head, &Plan::default());
    quote!({
        #site
        #root::__private::__linked!(__HYDRA_SITE);
        (const { #root::__private::allows(__HYDRA_LEVEL) } && __HYDRA_GATE.is_on())
    })
}

/// The site's level and statics.
fn site(head: &Head, plan: &Plan) -> TokenStream {
    let Head { root, level, target, layer } = head;
    let private = quote!(#root::__private);
    let target = match target {
        Some(target) => target.to_token_stream(),
        None => quote!(#private::module_path!()),
    };
    let layer = layer.as_ref().map_or_else(|| quote!(""), ToTokens::to_token_stream);
    let template = &plan.template;
    let fields = plan.fields.iter().map(|(key, template)| quote!((#key, #template)));
    let arguments = Literal::usize_unsuffixed(plan.slots.len());
    let severity = severity(level);
    quote! {
        const __HYDRA_LEVEL: #private::Level = #level;
        #private::__site! {
            gate __HYDRA_GATE, site __HYDRA_SITE: #severity __HYDRA_LEVEL, {
                target: #target,
                layer: #layer,
                module: #private::module_path!(),
                file: #private::file!(),
                template: #template,
                fields: &[#(#fields),*],
                line: #private::line!(),
                arguments: #arguments,
                kind: #private::SiteKind::Event,
            }
        }
    }
}

/// The level's name, where the call says it: firmware sorts its gates by it.
fn severity(level: &TokenStream) -> Ident {
    let last = level.clone().into_iter().last();
    let named = match last {
        Some(TokenTree::Ident(name)) => {
            let levels = ["Error", "Warn", "Info", "Debug", "Trace"];
            levels.into_iter().find(|known| name == known)
        }
        _ => None,
    };
    Ident::new(named.unwrap_or("Other"), Span::mixed_site())
}

fn emit(root: &TokenTree, plan: &Plan, gate: &Ident) -> TokenStream {
    if plan.inputs.is_empty() && plan.slots.is_empty() {
        return quote!(#root::__private::emit(#gate, &()););
    }
    let locals: Vec<_> = plan.inputs.iter().enumerate().map(Local::new).collect();
    let names = locals.iter().map(|local| &local.name);
    let inputs = plan.inputs.iter().map(borrowed);
    let slots = plan.slots.iter().rev().fold(quote!(()), |rest, slot| {
        let value = Values { root, locals: &locals }.value(slot, plan.whole.as_ref());
        quote!((#value, #rest))
    });
    quote! {
        match (#(#inputs,)*) {
            (#(#names,)*) => {
                use #root::__private::pick::*;
                #root::__private::emit(#gate, &#slots)
            }
        };
    }
}

/// The variable that holds a reference to an input.
struct Local {
    name: Ident,
    /// Where the input begins, for what is generated about it.
    start: Span,
}

impl Local {
    fn new((index, input): (usize, &Expr)) -> Self {
        let own = Span::mixed_site();
        let (start, end) = bounds(input);
        let name = Ident::new(&format!("a{index}"), end.resolved_at(own));
        Self { name, start: start.resolved_at(own) }
    }

    /// The input as a place. Its two tokens carry the input's first and last place, so that a
    /// message about it marks the whole input.
    fn place(&self) -> TokenStream {
        let mut star = Punct::new('*', Spacing::Alone);
        star.set_span(self.start);
        let name = &self.name;
        quote!(#star #name)
    }
}

/// A reference to an input, in the input's place.
fn borrowed(input: &Expr) -> TokenStream {
    let own = Span::mixed_site();
    let (start, end) = bounds(input);
    let mut sign = Punct::new('&', Spacing::Alone);
    sign.set_span(start.resolved_at(own));
    let mut group = Group::new(Delimiter::Parenthesis, input.to_token_stream());
    group.set_span(end.resolved_at(own));
    quote!(#sign #group)
}

/// The first and the last token's place.
fn bounds(input: &Expr) -> (Span, Span) {
    let mut tokens = input.to_token_stream().into_iter();
    let first = tokens.next();
    let last = tokens.last();
    let start = first.as_ref().map_or_else(|| input.span(), TokenTree::span);
    (start, last.as_ref().map_or(start, TokenTree::span))
}

/// Builds the record's values.
struct Values<'a> {
    root: &'a TokenTree,
    locals: &'a [Local],
}

impl Values<'_> {
    fn value(&self, slot: &Slot, whole: Option<&Whole>) -> TokenStream {
        let root = self.root;
        match slot {
            Slot::Shown { input, family, format, counts } => {
                let Some(local) = self.locals.get(*input) else { return TokenStream::new() };
                let method = match family {
                    Family::Display => quote!(__hydra_display),
                    Family::Debug => quote!(__hydra_debug),
                    Family::Pointer => quote!(__hydra_pointer),
                };
                let text = self.text(local, format, counts);
                let name = &local.name;
                quote!((&#root::__private::pick::Pick(#name)).#method(#text))
            }
            Slot::Count { input } => {
                let place = self.locals.get(*input).map(Local::place);
                quote!(#place)
            }
            Slot::Bare { input } => {
                let Some(Local { name, start }) = self.locals.get(*input) else {
                    return TokenStream::new();
                };
                quote_spanned!(*start=> (&&&&#root::__private::pick::Pick(#name)).__hydra_field())
            }
            Slot::Whole => {
                let text = whole.map(|whole| self.whole(whole));
                quote!(#root::__private::Rendered(#text))
            }
        }
    }

    /// What the caller renders where the value itself is not stored.
    fn text(&self, local: &Local, format: &str, counts: &[usize]) -> TokenStream {
        let root = self.root;
        let mut literal = Literal::string(format);
        literal.set_span(local.start);
        let place = local.place();
        let counts = counts.iter().filter_map(|input| self.locals.get(*input)).map(Local::place);
        quote!(#root::__private::format_args!(#literal, #place #(, #counts)*))
    }

    fn whole(&self, whole: &Whole) -> TokenStream {
        let Whole { text, positional, named } = whole;
        let place = |input: &usize| self.locals.get(*input).map(Local::place);
        let positional = positional.iter().map(place);
        let named = named.iter().map(|(name, input)| {
            let place = place(input);
            quote!(#name = #place)
        });
        let root = self.root;
        quote!(#root::__private::format_args!(#text #(, #positional)* #(, #named)*))
    }
}
