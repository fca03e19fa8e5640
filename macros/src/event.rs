//! A log call.

use proc_macro2::TokenStream;

use crate::args::Call;
use crate::codegen;
use crate::plan::Plan;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let expanded = syn::parse2(input).and_then(|Call { head, fields, message }| {
        let plan = Plan::new(fields, message)?;
        Ok(codegen::event(&head, &plan))
    });
    expanded.unwrap_or_else(syn::Error::into_compile_error)
}
