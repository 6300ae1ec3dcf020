//! The queues: an implementation of `QueueOf` for each type of messages, and the table of the queues.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::position::position;
use crate::model::{Contract, Queue};

/// One `QueueOf` for each queue.
pub(super) fn items(contract: &Contract) -> impl Iterator<Item = TokenStream> + '_ {
    contract.queues.iter().enumerate().map(|(index, queue)| membership(index, queue, contract))
}

/// `const QUEUES`; nothing for a contract without queues.
pub(super) fn table(contract: &Contract) -> Option<TokenStream> {
    let krate = &contract.krate;
    let rows = contract.queues.iter().map(|Queue { wire, ty, type_text, response_text, cfgs, .. }| {
        let row = quote!(#krate::contract::QueueInfo::new::<Self, #ty>(#wire, #type_text, #response_text));
        quote!(#(#cfgs)* #row)
    });
    (!contract.queues.is_empty()).then(|| {
        quote! {
            const QUEUES: &'static [#krate::contract::QueueInfo] = &[#(#rows),*];
        }
    })
}

/// `impl QueueOf<ChatRoom> for Job`
fn membership(index: usize, queue: &Queue, contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let this = &contract.ty;
    let Queue { ty, response, cfgs, wire, .. } = queue;
    let before: Vec<_> = contract.queues[..index].iter().map(|queue| queue.cfgs.as_slice()).collect();
    let index = position(&before).unwrap_or_else(|conditional| conditional);
    let docs =
        format!(" A message of the queue `{wire}` of [`{}`]. Made by `#[actor]`.", contract.names.contract);
    let response = quote_spanned!(response.span()=> type Response = #response;);
    quote_spanned! {ty.span()=>
        #(#cfgs)*
        #[doc = #docs]
        impl #krate::QueueOf<#this> for #ty {
            const INDEX: usize = #index;
            #response
        }
    }
}
