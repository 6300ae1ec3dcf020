//! The event enum, and which types are events.

use proc_macro2::TokenStream;
use quote::quote;

use super::local::local;
use crate::model::{Actor, Event};

/// The enum, its implementation of `Event`, and one `EventOf` for each event.
pub(super) fn items(actor: &Actor) -> Vec<TokenStream> {
    let mut items = vec![enumeration(actor), debug(actor), implementation(actor)];
    items.extend(actor.events.iter().enumerate().map(|(index, event)| membership(index, event, actor)));
    items
}

fn enumeration(actor: &Actor) -> TokenStream {
    let name = &actor.names.event;
    let vis = &actor.vis;
    let docs = format!(" Every event of [`{}`], as a value. Made by `#[actor]`.", actor.names.actor);
    let variants = actor.events.iter().map(|event| {
        let Event { variant, wire, ty, cfgs, .. } = event;
        let docs = format!(" The event `{wire}`.");
        quote!(#(#cfgs)* #[doc = #docs] #variant(#ty),)
    });
    quote! {
        #[doc = #docs]
        #vis enum #name {
            #(#variants)*
        }
    }
}

fn debug(actor: &Actor) -> TokenStream {
    let name = &actor.names.event;
    let f = local("f");
    let arms = actor
        .events
        .iter()
        .map(|Event { variant, wire, cfgs, .. }| quote!(#(#cfgs)* Self::#variant(_) => #wire,));
    let text =
        if actor.events.is_empty() { quote!(match *self {}) } else { quote!(match self { #(#arms)* }) };
    quote! {
        /// The event's name alone: payloads may be secret.
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, #f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #f.write_str(#text)
            }
        }
    }
}

fn implementation(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let name = &actor.names.event;
    let this = &actor.ty;
    let (index, payload) = (local("index"), local("payload"));
    let rows = actor
        .events
        .iter()
        .map(|Event { wire, written, cfgs, .. }| quote!(#(#cfgs)* #krate::EventInfo::new(#wire, #written)));
    let arms = actor.events.iter().map(|Event { variant, ty, cfgs, .. }| {
        quote!(#(#cfgs)* <#ty as #krate::EventOf<#this>>::INDEX => Self::#variant(#payload.read()?),)
    });
    quote! {
        impl #krate::Event for #name {
            const TABLE: &'static [#krate::EventInfo] = &[#(#rows),*];

            fn decode(
                #index: usize,
                #payload: &#krate::wire::EventReader<'_>,
            ) -> ::core::result::Result<Self, #krate::wire::DecodeError> {
                ::core::result::Result::Ok(match #index {
                    #(#arms)*
                    _ => return ::core::result::Result::Err(#krate::__private::unknown_event(#index)),
                })
            }
        }
    }
}

/// `impl EventOf<ChatRoom> for MessageReceived`
fn membership(index: usize, event: &Event, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let name = &actor.names.event;
    let this = &actor.ty;
    let Event { variant, ty, cfgs, .. } = event;
    let index = position(index, actor);
    quote! {
        #(#cfgs)*
        impl #krate::EventOf<#this> for #ty {
            const INDEX: usize = #index;

            fn into_event(self) -> #name {
                #name::#variant(self)
            }
        }
    }
}

/// The event's place in the table, which conditions on those before it may move.
fn position(index: usize, actor: &Actor) -> TokenStream {
    let before = &actor.events[..index];
    if before.iter().all(|event| event.cfgs.is_empty()) {
        return quote!(#index);
    }
    let rows = before.iter().map(|Event { cfgs, .. }| quote!(#(#cfgs)* ()));
    quote!([#(#rows),*].len())
}
