//! The listener trait: a method for every event.

use proc_macro2::TokenStream;
use quote::quote;

use super::span::local;
use crate::model::{Contract, Event, Names};

/// `trait ChatRoomListener`; nothing for a contract without events.
pub(super) fn item(contract: &Contract) -> Option<TokenStream> {
    let vis = &contract.vis;
    let Names { contract: name, listener, conn, .. } = &contract.names;
    let docs = format!(" Listens to every event of [`{name}`], see [`{conn}::listen`]. Made by `#[actor]`.");
    let event = local("event");
    let methods = contract.events.iter().map(|Event { method, wire, ty, cfgs, .. }| {
        let docs = format!(" The event `{wire}`.");
        quote!(#(#cfgs)* #[doc = #docs] fn #method(&mut self, #event: #ty);)
    });
    (!contract.events.is_empty()).then(|| {
        quote! {
            #[doc = #docs]
            #[allow(dead_code, unreachable_pub, private_interfaces)]
            #vis trait #listener: ::core::marker::Send + 'static {
                #(#methods)*
            }
        }
    })
}

/// `fn listen` of `ChatRoomConn`.
pub(super) fn listen(contract: &Contract) -> Option<TokenStream> {
    let krate = &contract.krate;
    let Names { listener: name, event: event_type, .. } = &contract.names;
    let (listener, event) = (local("listener"), local("event"));
    let arms = contract.events.iter().map(|Event { variant, method, cfgs, .. }| {
        quote!(#(#cfgs)* #event_type::#variant(#event) => #name::#method(&mut #listener, #event),)
    });
    (!contract.events.is_empty()).then(|| {
        quote! {
            /// Runs a method of `listener` for every event, in the order sent.
            pub fn listen(&self, mut #listener: impl #name) -> #krate::Subscription {
                self.0.on_any(move |#event| match #event { #(#arms)* })
            }
        }
    })
}
