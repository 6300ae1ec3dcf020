//! The reply enum: what every action answers with.

use proc_macro2::TokenStream;
use quote::quote;

use super::local::local;
use crate::model::{Action, Actor};

/// The enum, and its implementation of `Reply`.
pub(super) fn items(actor: &Actor) -> [TokenStream; 3] {
    [enumeration(actor), debug(actor), implementation(actor)]
}

fn enumeration(actor: &Actor) -> TokenStream {
    let name = &actor.names.reply;
    let vis = &actor.vis;
    let docs =
        format!(" Every reply of [`{}`], one variant per action. Made by `#[actor]`.", actor.names.actor);
    let variants = actor.actions.iter().map(|action| {
        let Action { variant, carried, .. } = action;
        let cfgs = &carried.cfgs;
        let docs = format!(" What `{}` answers with.", action.method);
        let result = result_type(action, actor);
        quote!(#(#cfgs)* #[doc = #docs] #variant(#result),)
    });
    quote! {
        #[doc = #docs]
        #vis enum #name {
            #(#variants)*
        }
    }
}

fn debug(actor: &Actor) -> TokenStream {
    let name = &actor.names.reply;
    let f = local("f");
    let arms = actor.actions.iter().map(|action| {
        let Action { variant, carried, wire, .. } = action;
        let cfgs = &carried.cfgs;
        quote!(#(#cfgs)* Self::#variant(_) => #wire,)
    });
    let text = match_self(actor, arms);
    quote! {
        /// The action's name alone: answers may be secret.
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, #f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #f.write_str(#text)
            }
        }
    }
}

/// `Result<T, CallError<E>>`: what a call of the action gives.
pub(super) fn result_type(action: &Action, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let ok = action.output.ok(krate);
    let err = action.output.err(krate).map(|err| quote!(<#err>));
    quote!(::core::result::Result<#ok, #krate::CallError #err>)
}

/// `error_kind!(E)`: how the action's errors cross the wire.
pub(super) fn error_kind(output: &crate::model::Output, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let err = output.err(krate).unwrap_or_else(|| quote!(::core::convert::Infallible));
    quote!(#krate::__error_kind!(#err))
}

fn implementation(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let name = &actor.names.reply;
    let encode = encode(actor);
    let decode = decode(actor);
    quote! {
        impl #krate::Reply for #name {
            #encode
            #decode
        }
    }
}

fn encode(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let (output, result) = (local("output"), local("result"));
    let arms = actor.actions.iter().map(|action| {
        let Action { variant, carried, .. } = action;
        let cfgs = &carried.cfgs;
        let kind = error_kind(&action.output, actor);
        quote!(#(#cfgs)* Self::#variant(#result) => #output.write(#result, #kind),)
    });
    let body = match_self(actor, arms);
    quote! {
        fn encode(&self, #output: &mut #krate::wire::Output) -> ::core::result::Result<(), #krate::wire::EncodeError> {
            #body
        }
    }
}

fn decode(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let (name, outcome) = (local("name"), local("outcome"));
    let arms = actor.actions.iter().map(|action| {
        let Action { variant, wire, carried, .. } = action;
        let cfgs = &carried.cfgs;
        let kind = error_kind(&action.output, actor);
        quote!(#(#cfgs)* #wire => Self::#variant(#outcome.read(#kind)?),)
    });
    quote! {
        fn decode(
            #name: &str,
            #outcome: #krate::wire::Outcome<'_>,
        ) -> ::core::result::Result<Self, #krate::wire::DecodeError> {
            ::core::result::Result::Ok(match #name {
                #(#arms)*
                _ => return ::core::result::Result::Err(#krate::__private::unknown_action(#name)),
            })
        }
    }
}

/// `match self { .. }`, also where there is nothing to match.
fn match_self(actor: &Actor, arms: impl Iterator<Item = TokenStream>) -> TokenStream {
    if actor.actions.is_empty() {
        return quote!(match *self {});
    }
    let rest = rest_if_all_conditional(actor);
    quote!(match self { #(#arms)* #rest })
}

/// An arm for the case that no condition holds: an empty enum behind a reference still wants one.
pub(super) fn rest_if_all_conditional(actor: &Actor) -> Option<TokenStream> {
    let all_conditional = actor.actions.iter().all(|action| !action.carried.cfgs.is_empty());
    all_conditional.then(|| quote!(#[allow(unreachable_patterns)] _ => ::core::unreachable!(),))
}
