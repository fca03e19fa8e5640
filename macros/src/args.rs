//! The syntax of a log call: options, fields, the message and its arguments.
//!
//! ```text
//! call   := ('target' ':' expr ',' | 'layer' ':' literal ',')* (field ',')*
//!           [literal (',' expr)* (',' (name '=' expr | field))*]
//! field  := key '=' ['%' | '?'] expr | ['%' | '?'] path
//! key    := name ('.' name)* | literal
//! path   := name ('.' name)*
//! ```

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, LitStr, Result, Token, bracketed};

/// A whole log call.
pub(crate) struct Call {
    pub(crate) head: Head,
    pub(crate) fields: Vec<Field>,
    pub(crate) message: Option<Message>,
}

/// What every call starts with.
pub(crate) struct Head {
    /// The crate that the call came through.
    pub(crate) root: TokenTree,
    pub(crate) level: TokenStream,
    /// The level's name, where the macro's own name says it.
    pub(crate) named: Option<Ident>,
    pub(crate) target: Option<Expr>,
    pub(crate) layer: Option<LitStr>,
}

/// `key = value` and its like.
pub(crate) struct Field {
    pub(crate) key: LitStr,
    pub(crate) value: Expr,
    pub(crate) style: Style,
}

/// How a field's value is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// As it is, or by `Display`, or by `Debug`.
    Bare,
    /// `%`
    Display,
    /// `?`
    Debug,
}

/// The format string and what stands behind it.
pub(crate) struct Message {
    pub(crate) text: LitStr,
    /// Arguments without a name; a variable that the format string does not use is a field.
    pub(crate) positional: Vec<Expr>,
    /// What has a name, in order.
    pub(crate) named: Vec<Named>,
}

/// `name = value` behind the message.
pub(crate) struct Named {
    /// Set where this may be an argument: it is one if the format string uses the name.
    pub(crate) name: Option<Ident>,
    pub(crate) field: Field,
}

impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let head = Head::parse(input)?;
        let mut fields = Vec::new();
        let mut message = None;
        while !input.is_empty() {
            if input.peek(LitStr) && !is_assigned(input) {
                message = Some(Message::parse(input)?);
                break;
            }
            fields.push(Field::parse(input)?);
            comma(input)?;
        }
        if fields.is_empty() && message.is_none() {
            let text = "a log call needs a message or a field: \
                        `info!(\"served in {elapsed:?}\")` or `info!(user = id)`";
            return Err(Error::new(input.span(), text));
        }
        Ok(Self { head, fields, message })
    }
}

impl Parse for Head {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let fixed;
        bracketed!(fixed in input);
        let root = fixed.parse()?;
        let named = fixed.parse()?;
        let mut head = Self { root, level: TokenStream::new(), named, target: None, layer: None };
        head.options(input)?;
        head.level = if let Some(level) = &head.named {
            let root = &head.root;
            quote!(#root::__private::Level::#level)
        } else {
            if input.is_empty() {
                let text = "a level is missing: `event!(Level::Info, …)`";
                return Err(Error::new(input.span(), text));
            }
            if input.peek(LitStr) {
                return Err(input.error("the level comes first: `event!(Level::Info, …)`"));
            }
            let level = input.parse::<Expr>()?;
            comma(input)?;
            level.into_token_stream()
        };
        head.options(input)?;
        Ok(head)
    }
}

impl Head {
    fn options(&mut self, input: ParseStream<'_>) -> Result<()> {
        while input.peek(Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
            let name = Ident::parse_any(input)?;
            input.parse::<Token![:]>()?;
            let is_new = if name == "target" {
                self.target.replace(input.parse()?).is_none()
            } else if name == "layer" {
                let layer = literal(input, "a layer is a string literal: `layer: \"API\"`")?;
                self.layer.replace(layer).is_none()
            } else {
                let text = format!(
                    "unknown option `{name}:`: a call takes `target:` and `layer:`; \
                     a field is written `{name} = value`"
                );
                return Err(Error::new(name.span(), text));
            };
            if !is_new {
                return Err(Error::new(name.span(), format!("`{name}:` is given twice")));
            }
            comma(input)?;
        }
        Ok(())
    }
}

impl Message {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let text = literal(input, "a message is a string literal")?;
        let mut message = Self { text, positional: Vec::new(), named: Vec::new() };
        comma(input)?;
        while !input.is_empty() {
            message.argument(input)?;
            comma(input)?;
        }
        Ok(message)
    }

    fn argument(&mut self, input: ParseStream<'_>) -> Result<()> {
        let is_field = input.peek(Token![%])
            || input.peek(Token![?])
            || (input.peek(LitStr) && is_assigned(input))
            || is_key(input);
        if !is_field && self.named.is_empty() {
            self.positional.push(input.parse()?);
            return Ok(());
        }
        if !is_field && !is_shorthand(input) {
            return Err(input.error("positional arguments stand before named ones and fields"));
        }
        let is_name = input.peek(Ident::peek_any) && is_assigned(input);
        let name = if is_name { Some(input.fork().call(Ident::parse_any)?) } else { None };
        let field = Field::parse(input)?;
        let name = name.filter(|_| field.style == Style::Bare);
        self.named.push(Named { name, field });
        Ok(())
    }
}

impl Field {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let style = Style::parse(input)?;
        if style != Style::Bare {
            return Self::shorthand(input, style);
        }
        if input.peek(LitStr) {
            let key = literal(input, "a key is a name or a string literal")?;
            return Self::assigned(input, key);
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(
                "expected a message (a string literal) or a field: `name = value`, `%value`, \
                 `?value` or a variable's name",
            ));
        }
        if is_key(input) {
            let (key, _) = path(input)?;
            return Self::assigned(input, key);
        }
        Self::shorthand(input, style)
    }

    /// A variable that is key and value.
    fn shorthand(input: ParseStream<'_>, style: Style) -> Result<Self> {
        const HINT: &str = "a value without a name has to be a variable or a field of one: \
                            write `name = value`";
        if !input.peek(Ident::peek_any) {
            return Err(Error::new(input.span(), HINT));
        }
        let start = input.span();
        let (key, value) = path(input)?;
        if !(input.is_empty() || input.peek(Token![,])) {
            let text = if is_assigned_here(input) {
                "`%` and `?` stand before the value: `name = %value`"
            } else {
                HINT
            };
            return Err(Error::new(start, text));
        }
        Ok(Self { key, value: syn::parse2(value)?, style })
    }

    fn assigned(input: ParseStream<'_>, key: LitStr) -> Result<Self> {
        input.parse::<Token![=]>()?;
        let style = Style::parse(input)?;
        if input.is_empty() || input.peek(Token![,]) {
            let text = format!("the value of `{}` is missing", key.value());
            return Err(Error::new(input.span(), text));
        }
        Ok(Self { key, value: input.parse()?, style })
    }
}

impl Style {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Ok(if input.parse::<Option<Token![%]>>()?.is_some() {
            Self::Display
        } else if input.parse::<Option<Token![?]>>()?.is_some() {
            Self::Debug
        } else {
            Self::Bare
        })
    }
}

/// `name.name.…`, as a key and as an expression.
fn path(input: ParseStream<'_>) -> Result<(LitStr, TokenStream)> {
    let first = input.call(Ident::parse_any)?;
    let mut key = first.unraw().to_string();
    let mut value = first.to_token_stream();
    while let Some(dot) = input.parse::<Option<Token![.]>>()? {
        let name = input.call(Ident::parse_any).map_err(|error| {
            Error::new(
                error.span(),
                "a name follows the dot: write `name = value` for other values",
            )
        })?;
        key = format!("{key}.{}", name.unraw());
        value.extend(quote!(#dot #name));
    }
    Ok((LitStr::new(&key, first.span()), value))
}

/// The key of a variable, or of a field of one.
pub(crate) fn key_of(value: &Expr) -> Option<LitStr> {
    match value {
        Expr::Group(group) => key_of(&group.expr),
        Expr::Path(variable) => {
            let name = variable.path.get_ident()?;
            Some(LitStr::new(&name.unraw().to_string(), name.span()))
        }
        Expr::Field(syn::ExprField { base, member: syn::Member::Named(name), .. }) => {
            let base = key_of(base)?;
            Some(LitStr::new(&format!("{}.{}", base.value(), name.unraw()), base.span()))
        }
        _ => None,
    }
}

/// Whether `name.name.… =` is next.
fn is_key(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    path(&ahead).is_ok() && is_assigned_here(&ahead)
}

/// Whether `name.name.…` is next, and nothing more.
fn is_shorthand(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    path(&ahead).is_ok() && (ahead.is_empty() || ahead.peek(Token![,]))
}

/// Whether the token behind the next one is `=`, and not the start of `==` or `=>`.
fn is_assigned(input: ParseStream<'_>) -> bool {
    input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>])
}

/// Whether the next token is `=`, and not the start of `==` or `=>`.
fn is_assigned_here(input: ParseStream<'_>) -> bool {
    input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>])
}

fn literal(input: ParseStream<'_>, wanted: &str) -> Result<LitStr> {
    input.parse().map_err(|error: Error| Error::new(error.span(), wanted))
}

/// The comma behind a part, unless it is the last.
fn comma(input: ParseStream<'_>) -> Result<()> {
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}
