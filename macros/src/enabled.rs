//! The question whether a call would be on.

use proc_macro2::TokenStream;
use syn::Error;
use syn::parse::Parser;

use crate::args::Head;
use crate::codegen;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let parser = |input: syn::parse::ParseStream<'_>| {
        let head: Head = input.parse()?;
        if input.is_empty() {
            Ok(codegen::enabled(&head))
        } else {
            Err(input.error("`log_enabled!` takes `target:`, `layer:` and a level"))
        }
    };
    parser.parse2(input).unwrap_or_else(Error::into_compile_error)
}
