//! `#[derive(ActorError)]`: errors that clients may see.

mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::errors::ErrorStore;
use model::ErrorType;

/// The implementation of `ActorError`, and what is wrong with the type.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let store = ErrorStore::new();
    let implementation = ErrorType::of(&input, &store.sink()).map(|error_type| expand::expand(&error_type));
    let found = store.into_tokens();
    quote!(#implementation #found)
}
