//! The hooks on a connection: `#[on_before_connect]`, `#[on_connect]`, `#[on_disconnect]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{call::call, parameter};
use crate::{
    expand::{action::mode_path, span::local},
    model::{Actor, Hook, Hooks},
};

/// The rows of `const HOOKS`.
pub(super) fn rows(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let rows = present(actor).map(|(name, hook)| {
        let cfgs = &hook.attrs.cfgs;
        let mode = mode_path(hook.mode, krate);
        let name = format_ident!("{name}");
        quote!(#(#cfgs)* #name: ::core::option::Option::Some(#mode),)
    });
    quote!(#(#rows)*)
}

/// `async fn before_connect`, which every actor has.
pub(super) fn before_connect(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let (ctx, params) = (local("ctx"), local("params"));
    let Hooks { before_connect, before_actor, .. } = &actor.hooks;
    let body = match (before_connect, before_actor) {
        (None, None) => quote!(::core::result::Result::Ok(())),
        // The form without `self` makes the state.
        (None, Some(_)) => quote!(let _ = (#ctx, #params); ::core::unreachable!()),
        (Some(hook), _) if hook.is_broken => quote!(::core::unreachable!()),
        (Some(hook), _) => call(hook, hook.params.is_some().then_some(&quote!(#params)), actor),
    };
    let params_type = before_connect.as_ref().and_then(|hook| hook.params.as_ref());
    // If the contract has params, one of the two forms must take them, and the other may.
    let is_taken_elsewhere = before_actor
        .as_ref()
        .is_some_and(|check| before_connect.is_none() || (params_type.is_none() && check.params.is_some()));
    let conversion = if is_taken_elsewhere {
        None
    } else {
        parameter::from_contract("Params", &params, params_type, actor)
    };
    quote! {
        async fn before_connect(
            &mut self,
            #ctx: &#krate::Ctx<Self>,
            #params: #krate::dispatch::ParamsOf<Self>,
        ) -> ::core::result::Result<Self::ConnState, #krate::Fault> {
            #conversion
            #body
        }
    }
}

/// `async fn on_connect` and `async fn on_disconnect`.
pub(super) fn functions(actor: &Actor) -> TokenStream {
    let functions = present(actor)
        .filter(|(name, _)| *name != "before_connect")
        .map(|(name, hook)| connection_hook(name, hook, actor));
    quote!(#(#functions)*)
}

/// The hooks on a connection, each with the name of its function.
fn present(actor: &Actor) -> impl Iterator<Item = (&'static str, &Hook)> {
    let hooks = &actor.hooks;
    let all = [
        ("before_connect", &hooks.before_connect),
        ("on_connect", &hooks.on_connect),
        ("on_disconnect", &hooks.on_disconnect),
    ];
    all.into_iter()
        .filter_map(|(name, hook)| Some((name, hook.as_ref()?)))
        .filter(|(_, hook)| !hook.is_broken)
}

fn connection_hook(name: &str, hook: &Hook, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let (ctx, conn) = (local("ctx"), local("conn"));
    let cfgs = &hook.attrs.cfgs;
    let name = format_ident!("{name}");
    let body = call(hook, hook.conn.then_some(&quote!(#conn)), actor);
    quote! {
        #(#cfgs)*
        async fn #name(
            &mut self,
            #ctx: &#krate::Ctx<Self>,
            #conn: &#krate::Conn<Self>,
        ) -> ::core::result::Result<(), #krate::Fault> {
            #body
        }
    }
}
