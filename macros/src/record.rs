//! `#[derive(Record)]`: a struct becomes a value made of its fields.
//!
//! Every field's type is named in a `where` clause at the field's own place: a type that can't be
//! stored gets one message, which points there.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Fields, Index, LitStr, Member, Path, Result, Type};

pub(crate) fn expand(input: TokenStream, krate: &str) -> TokenStream {
    let expanded = syn::parse2(input).and_then(|input: DeriveInput| {
        let options = Options::parse(&input.attrs, &["crate"])?;
        let name = Ident::new(krate, Span::call_site());
        let root = options.root.map_or_else(|| quote!(::#name), ToTokens::into_token_stream);
        let fields = stored_fields(&input)?;
        Ok(implement(&input, &root, &fields))
    });
    expanded.unwrap_or_else(Error::into_compile_error)
}

/// What `#[record(…)]` says.
#[derive(Default)]
struct Options {
    root: Option<Path>,
    style: Style,
    name: Option<LitStr>,
}

/// How a field is stored.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Style {
    #[default]
    Value,
    Display,
    Debug,
    /// Nothing of it is: what stands for a secret is stored.
    Redact,
    Skip,
}

impl Options {
    fn parse(attributes: &[Attribute], known: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("record")) {
            attribute.parse_nested_meta(|meta| {
                let is = |name: &str| meta.path.is_ident(name) && known.contains(&name);
                if is("crate") {
                    options.root = Some(meta.value()?.call(Path::parse_mod_style)?);
                } else if is("rename") {
                    options.name = Some(checked_name(meta.value()?.parse()?)?);
                } else if let Some(style) = Style::named(&meta.path).filter(|(name, _)| is(name)) {
                    if options.style != Style::Value {
                        let text = "a field is stored in one way: take one of `debug`, \
                                    `display`, `redact`, `skip`";
                        return Err(meta.error(text));
                    }
                    options.style = style.1;
                } else {
                    let known = known.join("`, `");
                    return Err(meta.error(format!("unknown option: `#[record]` takes `{known}`")));
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

impl Style {
    /// The style that an option of this name gives.
    fn named(path: &Path) -> Option<(&'static str, Self)> {
        let styles = [
            ("debug", Self::Debug),
            ("display", Self::Display),
            ("redact", Self::Redact),
            ("skip", Self::Skip),
        ];
        styles.into_iter().find(|(name, _)| path.is_ident(name))
    }
}

/// A name that needs no escaping in any format, and that no tuple struct's field has.
fn checked_name(name: LitStr) -> Result<LitStr> {
    let text = name.value();
    let is_start = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    if text.starts_with(is_start) && text.chars().all(is_part) {
        return Ok(name);
    }
    let text = "a field's name begins with a letter or `_`, and has letters, digits, `_`, `-`, `.`";
    Err(Error::new(name.span(), text))
}

/// A field that is stored.
struct Field<'a> {
    member: Member,
    name: String,
    ty: &'a Type,
    style: Style,
}

fn stored_fields(input: &DeriveInput) -> Result<Vec<Field<'_>>> {
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        Data::Enum(data) => {
            let text = "`Record` stores structs; an enum is logged as text: derive `Debug`, and \
                        write `?value`";
            return Err(Error::new(data.enum_token.span, text));
        }
        Data::Union(data) => {
            let text = "`Record` stores structs; which field of a union holds is not known";
            return Err(Error::new(data.union_token.span, text));
        }
    };
    let mut stored = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let known = ["debug", "display", "redact", "rename", "skip"];
        let Options { style, name: renamed, .. } = Options::parse(&field.attrs, &known)?;
        let (member, mut name) = match &field.ident {
            Some(name) => (Member::Named(name.clone()), name.unraw().to_string()),
            None => (Member::Unnamed(Index::from(index)), index.to_string()),
        };
        if let Some(renamed) = renamed {
            if field.ident.is_none() {
                let text = "a tuple struct's fields have no names: `rename` is for named fields";
                return Err(Error::new(renamed.span(), text));
            }
            name = renamed.value();
            if stored.iter().any(|field: &Field<'_>| field.name == name) {
                let text = format!("two fields are named `{name}`: give one another name");
                return Err(Error::new(renamed.span(), text));
            }
        }
        if style != Style::Skip {
            stored.push(Field { member, name, ty: &field.ty, style });
        }
    }
    // The names of a tuple struct's fields tell that it is one: see `SiteKind::Type`.
    debug_assert!(!matches!(fields, Fields::Unit) || stored.is_empty());
    Ok(stored)
}

fn implement(input: &DeriveInput, root: &TokenStream, fields: &[Field<'_>]) -> TokenStream {
    let private = quote!(#root::__private);
    let name = &input.ident;
    let mut generics = input.generics.clone();
    let bounds = generics.make_where_clause();
    // What is redacted may be of any type.
    let stored = fields.iter().filter(|field| field.style != Style::Redact);
    bounds.predicates.extend(stored.map(|field| -> syn::WherePredicate {
        let Field { ty, style, .. } = field;
        let bound = match style {
            Style::Value | Style::Redact | Style::Skip => quote!(#private::Value),
            Style::Display => quote!(#private::Display),
            Style::Debug => quote!(#private::Debug),
        };
        let bound = spanned(bound, ty.span());
        syn::parse_quote_spanned!(ty.span()=> #ty: #bound)
    }));
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let list = fields.iter().rev().fold(quote!(()), |rest, field| {
        let value = field.value(&private);
        quote!((#value, #rest))
    });
    let rendered = fields.iter().map(|field| field.rendered(&private));
    let site = site(name, &private, fields);
    quote! {
        #[automatically_derived]
        impl #parameters #private::Value for #name #arguments #bounds {
            const KIND: #private::Kind = #private::Kind::Tagged;
            const RENDERED: usize = 0 #(+ #rendered)*;

            #[inline]
            fn size<__HydraL: #private::Layout>(&self, cap: usize) -> usize {
                #private::Writer::<__HydraL>::structure_size(&#list, cap)
            }

            #[inline]
            fn write<__HydraL: #private::Layout>(
                &self,
                writer: &mut #private::Writer<'_, __HydraL>,
                cap: usize,
            ) {
                #site
                #private::__linked!(__HYDRA_SITE);
                #private::Writer::structure(writer, __HYDRA_GATE.id(), &#list, cap);
            }
        }

        #[automatically_derived]
        impl #parameters #private::pick::Stored for #name #arguments #bounds {
            type Kept<'__hydra> = &'__hydra Self where Self: '__hydra;

            #[inline(always)]
            fn keep(&self) -> &Self {
                self
            }
        }
    }
}

/// The same tokens at another place, where a message about them is to point.
fn spanned(tokens: TokenStream, span: Span) -> TokenStream {
    let place = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.into_iter().map(place).collect()
}

impl Field<'_> {
    fn value(&self, private: &TokenStream) -> TokenStream {
        let Self { member, ty, style, .. } = self;
        let span = ty.span().resolved_at(Span::call_site());
        match style {
            Style::Value | Style::Skip => quote_spanned!(span=> &self.#member),
            Style::Display => quote_spanned!(span=> #private::pick::By::display(&self.#member)),
            Style::Debug => quote_spanned!(span=> #private::pick::By::debug(&self.#member)),
            Style::Redact => quote_spanned!(span=> #private::REDACTED),
        }
    }

    fn rendered(&self, private: &TokenStream) -> TokenStream {
        let ty = self.ty;
        match self.style {
            Style::Value => quote!(<#ty as #private::Value>::RENDERED),
            Style::Display | Style::Debug => quote!(1),
            Style::Redact | Style::Skip => quote!(0),
        }
    }
}

/// The descriptor of the type.
fn site(name: &Ident, private: &TokenStream, fields: &[Field<'_>]) -> TokenStream {
    let template = name.unraw().to_string();
    let names = fields.iter().map(|field| &field.name);
    let arguments = Literal::usize_unsuffixed(fields.len());
    let (gate, site) = (format_ident!("__HYDRA_GATE"), format_ident!("__HYDRA_SITE"));
    quote! {
        #private::__site! {
            gate #gate, site #site: Error #private::Level::Error, {
                target: #private::module_path!(),
                layer: "",
                module: #private::module_path!(),
                file: #private::file!(),
                template: #template,
                fields: &[#((#names, "")),*],
                line: #private::line!(),
                arguments: #arguments,
                kind: #private::SiteKind::Type,
            }
        }
    }
}
