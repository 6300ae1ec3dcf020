//! `#[on_before_connect]` without `self`, which is called before the actor exists.

use proc_macro2::TokenStream;
use quote::quote;

use super::{call::outcome, parameter};
use crate::{
    expand::{dispatch::awaited, span::local},
    model::{Actor, BeforeActorHook},
};

/// The row of `const HOOKS`.
pub(super) fn row(actor: &Actor) -> Option<TokenStream> {
    hook(actor).map(|_| quote!(before_connect_beside: true,))
}

/// The function, if there is such a hook.
pub(super) fn function(actor: &Actor) -> Option<TokenStream> {
    hook(actor).map(|hook| before_connect_beside(hook, actor))
}

fn hook(actor: &Actor) -> Option<&BeforeActorHook> {
    actor.hooks.before_actor.as_ref().filter(|hook| !hook.is_broken)
}

/// Input: `fn check(caller: &Caller, params: Params) -> Result<ConnState, Error>`
///
/// Output:
/// `async fn before_connect_beside(caller: &Caller, params: ParamsOf<Self>) -> Result<Option<ConnState>, Fault> {
/// hook_result(Self::check(caller, params), kind).map(Some) }`.
/// The state is `None` if the form with `self` makes it.
fn before_connect_beside(hook: &BeforeActorHook, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let BeforeActorHook { function, .. } = hook;
    let (caller, params) = (local("caller"), local("params"));
    let with_self = actor.hooks.before_connect.as_ref();
    let is_taken_elsewhere = hook.params.is_none() && with_self.is_some();
    let conversion = if is_taken_elsewhere {
        None
    } else {
        parameter::from_contract("Params", &params, hook.params.as_ref(), actor)
            .or_else(|| parameter::from_before_connect(&params, hook, actor))
    };
    let caller_argument = hook.caller.then(|| quote!(#caller,));
    let params_argument = hook.params.is_some().then(|| quote!(#params));
    let call = quote!(Self::#function(#caller_argument #params_argument));
    let call = if hook.is_async { awaited(&call, function, krate) } else { call };
    let outcome = outcome(&call, &hook.output, actor);
    let state = if with_self.is_some() {
        quote!(|()| ::core::option::Option::None)
    } else {
        quote!(::core::option::Option::Some)
    };
    quote! {
        async fn before_connect_beside(
            #caller: &#krate::Caller,
            #params: #krate::dispatch::ParamsOf<Self>,
        ) -> ::core::result::Result<::core::option::Option<Self::ConnState>, #krate::Fault> {
            #conversion
            #outcome.map(#state)
        }
    }
}
