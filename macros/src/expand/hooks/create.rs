//! How the first state is made.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{call::outcome, parameter};
use crate::{
    expand::{dispatch::awaited, span::local},
    model::{Actor, CreateHook},
};

/// `async fn create`: by `#[on_create]`, or by `Default`.
pub(crate) fn create(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, .. } = actor;
    let (ctx, input) = (local("ctx"), local("input"));
    let body = match &actor.hooks.create {
        Some(create_hook) if create_hook.is_broken => quote!(let _ = (#ctx, #input); ::core::unreachable!()),
        Some(create_hook) => call_create_hook(create_hook, actor),
        None => {
            let initial = quote_spanned!(ty.span()=> <#ty as #krate::__private::InitialState>::initial());
            quote!(let _ = (#ctx, #input); ::core::result::Result::Ok(#initial))
        }
    };
    let input_type = actor.hooks.create.as_ref().and_then(|create_hook| create_hook.input.as_ref());
    let conversion = parameter::from_contract("Input", &input, input_type, actor);
    quote! {
        async fn create(
            #ctx: &#krate::Ctx<Self>,
            #input: #krate::dispatch::InputOf<Self>,
        ) -> ::core::result::Result<Self, #krate::Fault> {
            #conversion
            #body
        }
    }
}

fn call_create_hook(create_hook: &CreateHook, actor: &Actor) -> TokenStream {
    let CreateHook { function, .. } = create_hook;
    let (ctx, input) = (local("ctx"), local("input"));
    let ctx_argument = create_hook.ctx.then(|| quote!(#ctx,));
    let input_argument = create_hook.input.is_some().then(|| quote!(#input));
    let call = quote!(Self::#function(#ctx_argument #input_argument));
    let call = if create_hook.is_async { awaited(&call, function, &actor.krate) } else { call };
    outcome(&call, &create_hook.output, actor)
}
