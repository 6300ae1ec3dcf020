//! `#[derive(ActorError)]`: errors that clients may see.
//!
//! The same phases as those of `#[actor]`, but small: `model.rs` reads and checks the type that `syn` has parsed,
//! `expand.rs` writes the implementation.

mod expand;
mod model;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::errors::ErrorStore;
use model::ErrorType;

/// The implementation of `ActorError`, and an error for each thing that is wrong with the type.
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
