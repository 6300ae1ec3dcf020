//! The hooks of the actor's lifecycle, and `#[run]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::call::{call, outcome};
use crate::{
    expand::{action::mode_path, dispatch::awaited, span::local},
    model::{Actor, Hook, RunHook},
};

/// The rows of `const HOOKS`.
pub(super) fn rows(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let hooks = present(actor).map(|(name, hook)| {
        let cfgs = &hook.attrs.cfgs;
        let (name, mode) = (format_ident!("{name}"), mode_path(hook.mode, krate));
        quote!(#(#cfgs)* #name: ::core::option::Option::Some(#mode),)
    });
    let run = run_hook(actor).map(|run_hook| {
        let cfgs = &run_hook.attrs.cfgs;
        quote!(#(#cfgs)* run: true,)
    });
    quote!(#(#hooks)* #run)
}

/// The hooks that are methods of the actor, each with the name of its function.
fn present(actor: &Actor) -> impl Iterator<Item = (&'static str, &Hook)> {
    let life = &actor.hooks.life;
    let all = [
        ("on_wake", &life.on_wake),
        ("on_sleep", &life.on_sleep),
        ("on_destroy", &life.on_destroy),
        ("on_state_change", &life.on_state_change),
    ];
    all.into_iter()
        .filter_map(|(name, hook)| Some((name, hook.as_ref()?)))
        .filter(|(_, hook)| !hook.is_broken)
}

fn run_hook(actor: &Actor) -> Option<&RunHook> {
    actor.hooks.life.run.as_ref().filter(|run_hook| !run_hook.is_broken)
}

/// The functions of the hooks.
pub(super) fn functions(actor: &Actor) -> TokenStream {
    let hooks = present(actor).map(|(name, hook)| match name {
        "on_state_change" => on_state_change(hook, actor),
        _ => of_life(name, hook, actor),
    });
    let run = run_hook(actor).map(|run_hook| run(run_hook, actor));
    quote!(#(#hooks)* #run)
}

fn of_life(name: &str, hook: &Hook, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let ctx = local("ctx");
    let cfgs = &hook.attrs.cfgs;
    let name = format_ident!("{name}");
    let body = call(hook, None, actor);
    quote! {
        #(#cfgs)*
        async fn #name(&mut self, #ctx: &#krate::Ctx<Self>) -> ::core::result::Result<(), #krate::Fault> {
            #body
        }
    }
}

fn on_state_change(hook: &Hook, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let Hook { method, .. } = hook;
    let ctx = local("ctx");
    let cfgs = &hook.attrs.cfgs;
    let ctx_argument = hook.ctx.then_some(&ctx);
    quote! {
        #(#cfgs)*
        fn on_state_change(&self, #ctx: &#krate::Ctx<Self>) {
            Self::#method(self, #ctx_argument);
        }
    }
}

fn run(run_hook: &RunHook, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let RunHook { function, .. } = run_hook;
    let ctx = local("ctx");
    let cfgs = &run_hook.attrs.cfgs;
    let ctx_argument = run_hook.ctx.then_some(&ctx);
    let call = awaited(&quote!(Self::#function(#ctx_argument)), function, krate);
    let body = outcome(&call, &run_hook.output, actor);
    quote! {
        #(#cfgs)*
        async fn run(#ctx: #krate::Ctx<Self>) -> ::core::result::Result<(), #krate::Fault> {
            #body
        }
    }
}
