//! `impl Contract`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{parts::Parts, queue};
use crate::model::{Contract, Names};

/// `impl Contract for ChatRoom`
pub(super) fn item(contract: &Contract, parts: Parts) -> TokenStream {
    let Contract { krate, ty, wire, .. } = contract;
    let Names { action, event, handle, conn, .. } = &contract.names;
    let params = contract.params.clone().unwrap_or_else(|| quote!(()));
    let input = contract.input.clone().unwrap_or_else(|| quote!(()));
    let clients = parts.client.then(|| {
        quote! {
            type Handle = #handle;
            type Connection = #conn;
        }
    });
    let queues = queue::table(contract);
    let docs = format!(" What clients see of [`{}`]. Made by `#[actor]`.", contract.names.contract);
    quote! {
        #[doc = #docs]
        impl #krate::Contract for #ty {
            const NAME: &'static str = #wire;
            #queues
            type Action = #action;
            type Event = #event;
            type Params = #params;
            type Input = #input;
            #clients
        }
    }
}
