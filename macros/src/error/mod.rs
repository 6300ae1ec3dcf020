//! `#[derive(ActorError)]`: errors that clients may see.

mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::mistakes::Mistakes;
use model::Errors;

/// The implementation of `ActorError`, and what is wrong with the type.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mistakes = Mistakes::new();
    let implementation = Errors::of(&input, &mistakes).map(|errors| expand::expand(&errors));
    let found = mistakes.into_tokens();
    quote!(#implementation #found)
}
