//! The hooks of the part that runs.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, spanned::Spanned};

use super::{
    action::mode_path,
    dispatch::awaited,
    life, raw,
    reply::output_error_kind,
    span::{local, located},
    subscribe,
};
use crate::model::{Actor, Check, Creator, Hook, Hooks, Output, Source};

/// What the actor remembers about a connection: what `#[on_before_connect]` returns.
pub(super) fn conn_state(actor: &Actor) -> TokenStream {
    let Hooks { before_connect, before_actor, .. } = &actor.hooks;
    let with_self = before_connect.as_ref().map(|hook| &hook.output);
    let output = with_self.or_else(|| before_actor.as_ref().map(|check| &check.output));
    output.map_or_else(|| quote!(()), |output| output.ok(&actor.krate))
}

/// Which hooks there are, as a constant for the host.
pub(super) fn table(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let rows = present(actor).map(|(name, hook)| {
        let cfgs = &hook.carried.cfgs;
        let mode = mode_path(hook.mode, krate);
        let name = format_ident!("{name}");
        quote!(#(#cfgs)* #name: ::core::option::Option::Some(#mode),)
    });
    let beside = check(actor).map(|_| quote!(before_connect_beside: true,));
    let (subscribe, life, raw) = (subscribe::row(actor), life::rows(actor), raw::rows(actor));
    quote!(#krate::Hooks { #(#rows)* #beside #subscribe #life #raw ..#krate::Hooks::NONE })
}

/// Every hook on a connection that the block has.
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

/// How the first state is made: by `#[on_create]`, or by `Default`.
pub(super) fn create(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, .. } = actor;
    let (ctx, input) = (local("ctx"), local("input"));
    let body = match &actor.hooks.create {
        Some(creator) if creator.is_broken => quote!(let _ = (#ctx, #input); ::core::unreachable!()),
        Some(creator) => call_creator(creator, actor),
        None => {
            let initial = quote_spanned!(ty.span()=> <#ty as #krate::__private::InitialState>::initial());
            quote!(let _ = (#ctx, #input); ::core::result::Result::Ok(#initial))
        }
    };
    let input_type = actor.hooks.create.as_ref().and_then(|creator| creator.input.as_ref());
    let as_said = as_said("Input", &input, input_type, actor);
    quote! {
        async fn create(
            #ctx: &#krate::Ctx<Self>,
            #input: #krate::InputOf<Self>,
        ) -> ::core::result::Result<Self, #krate::Fault> {
            #as_said
            #body
        }
    }
}

fn call_creator(creator: &Creator, actor: &Actor) -> TokenStream {
    let Creator { function, .. } = creator;
    let (ctx, input) = (local("ctx"), local("input"));
    let lent_ctx = creator.ctx.then(|| quote!(#ctx,));
    let given_input = creator.input.is_some().then(|| quote!(#input));
    let call = quote!(Self::#function(#lent_ctx #given_input));
    let call = if creator.is_async { awaited(&call, function, &actor.krate) } else { call };
    outcome(&call, &creator.output, actor)
}

/// The hook that is asked before there is an actor.
fn check(actor: &Actor) -> Option<&Check> {
    actor.hooks.before_actor.as_ref().filter(|check| !check.is_broken)
}

/// The functions of the hooks.
pub(super) fn functions(actor: &Actor) -> TokenStream {
    let before_connect = before_connect(actor);
    let before_actor = check(actor).map(|check| before_actor(check, actor));
    let others = present(actor)
        .filter(|(name, _)| *name != "before_connect")
        .map(|(name, hook)| connection_hook(name, hook, actor));
    let (subscribe, life, raw) = (subscribe::function(actor), life::functions(actor), raw::functions(actor));
    quote!(#before_connect #before_actor #(#others)* #subscribe #life #raw)
}

fn before_connect(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let (ctx, params) = (local("ctx"), local("params"));
    let Hooks { before_connect, before_actor, .. } = &actor.hooks;
    let body = match (before_connect, before_actor) {
        (None, None) => quote!(::core::result::Result::Ok(())),
        // The other form makes the state.
        (None, Some(_)) => quote!(let _ = (#ctx, #params); ::core::unreachable!()),
        (Some(hook), _) if hook.is_broken => quote!(::core::unreachable!()),
        (Some(hook), _) => call(hook, hook.params.is_some().then_some(&quote!(#params)), actor),
    };
    let params_type = before_connect.as_ref().and_then(|hook| hook.params.as_ref());
    // One of the two forms takes what the contract says, the other may.
    let is_taken_elsewhere = before_actor
        .as_ref()
        .is_some_and(|check| before_connect.is_none() || (params_type.is_none() && check.params.is_some()));
    let as_said = if is_taken_elsewhere { None } else { as_said("Params", &params, params_type, actor) };
    quote! {
        async fn before_connect(
            &mut self,
            #ctx: &#krate::Ctx<Self>,
            #params: #krate::ParamsOf<Self>,
        ) -> ::core::result::Result<Self::ConnState, #krate::Fault> {
            #as_said
            #body
        }
    }
}

/// Input: `fn check(caller: &Caller, params: Params) -> Result<ConnState, Error>`
///
/// Output: `async fn before_connect_beside(caller: &Caller, params: ParamsOf<Self>) -> Result<Option<ConnState>, Fault> {
/// hook_result(Self::check(caller, params), kind).map(Some) }`, or `None` of the state if the form with `self` makes it.
fn before_actor(check: &Check, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let Check { function, .. } = check;
    let (caller, params) = (local("caller"), local("params"));
    let with_self = actor.hooks.before_connect.as_ref();
    let is_taken_elsewhere = check.params.is_none() && with_self.is_some();
    let as_said = if is_taken_elsewhere {
        None
    } else {
        as_said("Params", &params, check.params.as_ref(), actor).or_else(|| as_beside(&params, check, actor))
    };
    let lent_caller = check.caller.then(|| quote!(#caller,));
    let given_params = check.params.is_some().then(|| quote!(#params));
    let call = quote!(Self::#function(#lent_caller #given_params));
    let call = if check.is_async { awaited(&call, function, krate) } else { call };
    let outcome = outcome(&call, &check.output, actor);
    let state = if with_self.is_some() {
        quote!(|()| ::core::option::Option::None)
    } else {
        quote!(::core::option::Option::Some)
    };
    quote! {
        async fn before_connect_beside(
            #caller: &#krate::Caller,
            #params: #krate::ParamsOf<Self>,
        ) -> ::core::result::Result<::core::option::Option<Self::ConnState>, #krate::Fault> {
            #as_said
            #outcome.map(#state)
        }
    }
}

/// What clients pass, as the type that the hook takes: a trait says it elsewhere, and the two may differ.
fn as_said(role: &str, value: &Ident, ty: Option<&TokenStream>, actor: &Actor) -> Option<TokenStream> {
    let krate = &actor.krate;
    let Source::Trait(path) = &actor.source else { return None };
    let role = format_ident!("{role}");
    let (place, ty) = match ty {
        Some(ty) => (ty.span(), ty.clone()),
        None => (path.span(), quote!(())),
    };
    let said = format_ident!("{role}Of");
    let taken = quote!(<#ty as #krate::__private::#role<#krate::#said<Self>>>::take(#value));
    let taken = located(taken, place);
    Some(quote!(let #value = #taken;))
}

/// What the form with `self` takes, as the type that the form without it takes: the compiler tells if they differ.
fn as_beside(value: &Ident, check: &Check, actor: &Actor) -> Option<TokenStream> {
    let krate = &actor.krate;
    let ty = check.params.as_ref()?;
    actor.hooks.before_connect.as_ref()?.params.as_ref()?;
    let place = ty.span();
    let taken = quote!(<#ty as #krate::__private::ParamsBeside<#krate::ParamsOf<Self>>>::take(#value));
    let taken = located(taken, place);
    Some(quote!(let #value = #taken;))
}

fn connection_hook(name: &str, hook: &Hook, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let (ctx, conn) = (local("ctx"), local("conn"));
    let cfgs = &hook.carried.cfgs;
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

/// The call of a hook. By its path, not as a method of `self`: the trait `Actor` may have one of the same name.
pub(super) fn call(hook: &Hook, argument: Option<&TokenStream>, actor: &Actor) -> TokenStream {
    let Hook { method, .. } = hook;
    let ctx = local("ctx");
    let lent_ctx = hook.ctx.then(|| quote!(#ctx,));
    let call = quote!(Self::#method(self, #lent_ctx #argument));
    let call = if hook.mode.is_async() { awaited(&call, method, &actor.krate) } else { call };
    outcome(&call, &hook.output, actor)
}

pub(super) fn outcome(call: &TokenStream, output: &Output, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    if !output.is_result() {
        return quote!(#krate::__private::hook_value(#call));
    }
    let kind = output_error_kind(output, krate);
    quote!(#krate::__private::hook_result(#call, #kind))
}
