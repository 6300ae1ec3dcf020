//! How the actor lives: its settings, and the hooks of its own life.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{action::mode_path, dispatch::awaited, hooks, span::local};
use crate::{
    model::{Actor, Hook, Migration, Runner},
    syntax::Durability,
};

/// `const OPTIONS`, where the actor says something.
pub(super) fn options(actor: &Actor) -> Option<TokenStream> {
    let Actor { krate, settings, .. } = actor;
    let durability = settings.durability.map(|durability| {
        let name = match durability {
            Durability::Reply => quote!(Reply),
            Durability::Output => quote!(Output),
            Durability::Relaxed => quote!(Relaxed),
        };
        quote!(durability: #krate::Durability::#name,)
    });
    let durations = [
        ("save_interval", settings.save_interval),
        ("sleep_timeout", settings.sleep_timeout),
        ("action_timeout", settings.action_timeout),
    ];
    let durations = durations.into_iter().filter_map(|(name, duration)| {
        let name = format_ident!("{name}");
        let ms = u64::try_from(duration?.as_millis()).unwrap_or(u64::MAX);
        Some(quote!(#name: ::core::time::Duration::from_millis(#ms),))
    });
    let hibernate = settings.hibernate.then(|| quote!(hibernate: true,));
    (!settings.is_empty()).then(|| {
        quote! {
            #[allow(clippy::needless_update)]
            const OPTIONS: #krate::Options =
                #krate::Options { #durability #(#durations)* #hibernate ..#krate::Options::DEFAULT };
        }
    })
}

/// The rows of `const HOOKS`.
pub(super) fn rows(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let hooks = present(actor).map(|(name, hook)| {
        let cfgs = &hook.carried.cfgs;
        let (name, mode) = (format_ident!("{name}"), mode_path(hook.mode, krate));
        quote!(#(#cfgs)* #name: ::core::option::Option::Some(#mode),)
    });
    let run = runner(actor).map(|runner| {
        let cfgs = &runner.carried.cfgs;
        quote!(#(#cfgs)* run: true,)
    });
    quote!(#(#hooks)* #run)
}

/// The hooks that are methods of the actor.
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

fn runner(actor: &Actor) -> Option<&Runner> {
    actor.hooks.life.run.as_ref().filter(|runner| !runner.is_broken)
}

/// The functions of the hooks.
pub(super) fn functions(actor: &Actor) -> TokenStream {
    let hooks = present(actor).map(|(name, hook)| match name {
        "on_state_change" => on_state_change(hook, actor),
        _ => of_life(name, hook, actor),
    });
    let run = runner(actor).map(|runner| run(runner, actor));
    quote!(#(#hooks)* #run)
}

fn of_life(name: &str, hook: &Hook, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let ctx = local("ctx");
    let cfgs = &hook.carried.cfgs;
    let name = format_ident!("{name}");
    let body = hooks::call(hook, None, actor);
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
    let cfgs = &hook.carried.cfgs;
    let lent_ctx = hook.ctx.then_some(&ctx);
    quote! {
        #(#cfgs)*
        fn on_state_change(&self, #ctx: &#krate::Ctx<Self>) {
            Self::#method(self, #lent_ctx);
        }
    }
}

fn run(runner: &Runner, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let Runner { function, .. } = runner;
    let ctx = local("ctx");
    let cfgs = &runner.carried.cfgs;
    let given_ctx = runner.ctx.then_some(&ctx);
    let call = awaited(&quote!(Self::#function(#given_ctx)), function, krate);
    let body = hooks::outcome(&call, &runner.output, actor);
    quote! {
        #(#cfgs)*
        async fn run(#ctx: #krate::Ctx<Self>) -> ::core::result::Result<(), #krate::Fault> {
            #body
        }
    }
}

/// The state back from what is saved: as it is, or by way of `#[on_migrate]`.
pub(super) fn load(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, .. } = actor;
    let (bytes, old) = (local("bytes"), local("old"));
    let Some(Migration { function, old: Some(old_ty), output, is_broken: false }) =
        &actor.hooks.life.on_migrate
    else {
        return quote_spanned!(ty.span()=> <#ty as #krate::__private::SavedState>::load(#bytes));
    };
    let migrated = hooks::outcome(&quote!(Self::#function(#old)), output, actor);
    quote_spanned! {old_ty.span()=>
        #krate::__private::load_or_migrate::<Self, #old_ty>(#bytes, |#old| #migrated)
    }
}
