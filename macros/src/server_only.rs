//! `#[server_only]`: leaves an item that only servers need out of builds for clients.

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::ErrorStore;

/// The item in a build for servers, else nothing.
pub(crate) fn expand(args: TokenStream, item: TokenStream, server: bool) -> TokenStream {
    let store = ErrorStore::new();
    if !args.is_empty() {
        let help = "write `#[server_only]`: it goes with the feature `server` of callboard";
        store.sink().report(args, "`#[server_only]` takes no arguments", help);
    }
    let errors = store.into_tokens();
    let item = server.then_some(item);
    quote!(#item #errors)
}
