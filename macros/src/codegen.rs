//! The tokens that a log call becomes.
//!
//! ```text
//! __call! { Info (LEVEL) (allowed) (target) "layer" "template" [fields] 2 gate {
//!     match (&a, &b) { (a0, a1) => emit(gate, &(pick(a0), (pick(a1), ()))) };
//! } }
//! ```
//!
//! `hydra_log_core::__call!` puts the statics and the test around that. Of our names, only those of
//! the two statics can be seen where an expression of the user stands: the traits of `pick` are
//! imported behind the inputs, and locals are hygienic. Inputs are borrowed in a statement of their
//! own, so that nothing lives longer than the call.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::args::Head;
use crate::plan::{Family, Plan, Slot, Whole};

pub(crate) fn event(head: &Head, plan: &Plan) -> TokenStream {
    let root = &head.root;
    let gate = Ident::new("gate", Span::mixed_site());
    let site = site(head);
    let template = &plan.template;
    let fields = plan.fields.iter().map(|(key, template)| quote!((#key, #template),));
    let arguments = Literal::usize_unsuffixed(plan.slots.len());
    let emit = emit(root, plan, &gate);
    with_level(
        head,
        quote! {
            #root::__private::__call! {
                #site #template [#(#fields)*] #arguments #gate { #emit }
            }
        },
    )
}

pub(crate) fn enabled(head: &Head) -> TokenStream {
    let root = &head.root;
    let site = site(head);
    with_level(head, quote!(#root::__private::__would_be_on! { #site }))
}

/// A level that only the compiler can read is read once.
fn with_level(head: &Head, call: TokenStream) -> TokenStream {
    let Head { root, level, named, .. } = head;
    if named.is_some() {
        return call;
    }
    quote!({
        const __HYDRA_LEVEL: #root::__private::Level = #level;
        #call
    })
}

/// The site's level, whether such calls are compiled in, target and layer.
fn site(head: &Head) -> TokenStream {
    let Head { root, level, named, target, layer } = head;
    let severity = severity(level);
    let (level, allowed) = match named {
        // A constant by name, as a constant expression is a function of its own to the compiler.
        Some(name) => (level.clone(), quote!(#root::__private::allowed::#name)),
        None => {
            let level = quote!(__HYDRA_LEVEL);
            (level, quote!(const { #root::__private::allows(__HYDRA_LEVEL) }))
        }
    };
    let target = match target {
        Some(target) => target.to_token_stream(),
        None => quote!(#root::__private::module_path!()),
    };
    let layer = layer.as_ref().map_or_else(|| quote!(""), ToTokens::to_token_stream);
    quote!(#severity (#level) (#allowed) (#target) #layer)
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
                let (name, start) = (&local.name, local.start);
                let plain = match (family, format.as_str()) {
                    (Family::Display, "{0}") => Some(quote_spanned!(start=> __hydra_plain)),
                    (Family::Debug, "{0:?}") => Some(quote_spanned!(start=> __hydra_plain_debug)),
                    _ => None,
                };
                if let Some(method) = plain {
                    return quote_spanned!(start=>
                        (&#root::__private::pick::Pick(#name)).#method()
                    );
                }
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
