//! The event enum, and an implementation of `EventOf` for each type of events.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Path, spanned::Spanned};

use super::{position, span::local, variants::Variants};
use crate::{
    model::{Contract, Event},
    syntax::SlowConsumer,
};

/// The enum, its implementation of `Event`, and one `EventOf` for each event.
pub(super) fn items(contract: &Contract) -> Vec<TokenStream> {
    let mut items = vec![enumeration(contract), debug(contract), implementation(contract)];
    items.extend(contract.events.iter().enumerate().map(|(index, event)| membership(index, event, contract)));
    items
}

fn enumeration(contract: &Contract) -> TokenStream {
    let name = &contract.names.event;
    let vis = &contract.vis;
    let docs = format!(" Every event of [`{}`], as a value. Made by `#[actor]`.", contract.names.contract);
    let variants = contract.events.iter().map(|event| {
        let Event { variant, wire, ty, cfgs, .. } = event;
        let docs = format!(" The event `{wire}`.");
        quote!(#(#cfgs)* #[doc = #docs] #variant(#ty),)
    });
    quote! {
        #[doc = #docs]
        // A server that does not listen to its own events never reads the fields.
        #[allow(dead_code, unreachable_pub, private_interfaces)]
        #vis enum #name {
            #(#variants)*
        }
    }
}

fn debug(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let name = &contract.names.event;
    let (f, payload) = (local("f"), local("payload"));
    let arms = contract.events.iter().map(|Event { variant, cfgs, .. }| {
        let shown = variant.to_string();
        quote!(#(#cfgs)* Self::#variant(#payload) => #krate::__debug_event!(#f, #shown, #payload),)
    });
    let body = Variants::of_events(contract).match_self(arms);
    quote! {
        /// The event with its payload, if that has `Debug`.
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, #f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #body
            }
        }
    }
}

fn implementation(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let name = &contract.names.event;
    let (index, payload) = (local("index"), local("payload"));
    let rows = contract.events.iter().map(|event| info(event, krate));
    let this = &contract.ty;
    let arms = contract.events.iter().enumerate().map(|(place, Event { variant, ty, cfgs, .. })| {
        let pattern = pattern(place, contract);
        let value = quote_spanned!(ty.span()=> #krate::__private::read_event::<#this, #ty>(#payload)?);
        quote!(#(#cfgs)* #pattern => Self::#variant(#value),)
    });
    let unknown = quote!(#krate::__private::unknown_event(#index));
    let variants = Variants::of_events(contract);
    let body = variants.decode(&quote!(#index), arms, &unknown);
    let allow = variants.allow();
    quote! {
        /// The table of events, and how each is read. Made by `#[actor]`.
        impl #krate::Event for #name {
            const TABLE: &'static [#krate::contract::EventInfo] = &[#(#rows),*];

            #allow
            fn decode(
                #index: usize,
                #payload: &#krate::wire::EventReader<'_>,
            ) -> ::core::result::Result<Self, #krate::wire::DecodeError> {
                #body
            }
        }
    }
}

/// The row of an event in the table.
fn info(Event { wire, type_text, cfgs, slow, .. }: &Event, krate: &Path) -> TokenStream {
    let way = match slow {
        SlowConsumer::Disconnect => None,
        SlowConsumer::DropOldest => Some(quote!(DropOldest)),
        SlowConsumer::Latest => Some(quote!(Latest)),
        SlowConsumer::LatestBy(field) => {
            let field = field.to_token_stream().to_string();
            Some(quote!(LatestBy(#field)))
        }
    };
    let with_slow = way.map(|way| quote!(.with_slow(#krate::contract::SlowConsumer::#way)));
    quote!(#(#cfgs)* #krate::contract::EventInfo::new(#wire, #type_text) #with_slow)
}

/// `fn slow_key`, for `latest(by = field)`: of the events with the same key, only the latest is kept for a slow client.
fn slow_key(event: &Event, krate: &Path) -> Option<TokenStream> {
    let SlowConsumer::LatestBy(field) = &event.slow else { return None };
    // `self` has the hygiene of the generated function, the field that of the user's code.
    let this = quote!(self);
    let key = quote_spanned!(field.span()=> &#this.#field);
    Some(quote! {
        fn slow_key(
            &self,
        ) -> ::core::result::Result<::core::option::Option<#krate::__private::Bytes>, #krate::wire::EncodeError> {
            #krate::__private::slow_key(#key)
        }
    })
}

/// `impl EventOf<ChatRoom> for MessageReceived`
fn membership(index: usize, event: &Event, contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let name = &contract.names.event;
    let this = &contract.ty;
    let Event { variant, ty, cfgs, .. } = event;
    let index = position(index, contract).unwrap_or_else(|conditional| conditional);
    let docs = format!(" An event of [`{}`]. Made by `#[actor]`.", contract.names.contract);
    let slow_key = slow_key(event, krate);
    quote_spanned! {ty.span()=>
        #(#cfgs)*
        #[doc = #docs]
        impl #krate::EventOf<#this> for #ty {
            const INDEX: usize = #index;

            #slow_key

            fn into_event(self) -> #name {
                #name::#variant(self)
            }
        }
    }
}

/// The index of an event, as a pattern.
fn pattern(place: usize, contract: &Contract) -> TokenStream {
    let Contract { krate, ty: this, .. } = contract;
    let ty = &contract.events[place].ty;
    position(place, contract).unwrap_or_else(|_| quote!(<#ty as #krate::EventOf<#this>>::INDEX))
}

/// The index of an event in the table; see `position`.
fn position(place: usize, contract: &Contract) -> Result<TokenStream, TokenStream> {
    let before: Vec<_> = contract.events[..place].iter().map(|event| event.cfgs.as_slice()).collect();
    position::position(&before)
}
