//! The hooks that decide who may listen.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::call::call;
use crate::{
    expand::{action::mode_path, span::local},
    model::{Actor, GuardedEvent, SubscribeHook},
};

/// The row of `const HOOKS`: the index of each event that a hook decides about, and the mode of that hook.
pub(super) fn row(actor: &Actor) -> Option<TokenStream> {
    let krate = &actor.krate;
    let rows = present(actor).flat_map(|SubscribeHook { hook, events }| {
        let cfgs = &hook.attrs.cfgs;
        let mode = mode_path(hook.mode, krate);
        events.iter().map(move |event| {
            let place = place(event, actor);
            quote!(#(#cfgs)* (#place, #mode))
        })
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| quote!(on_subscribe: &[#(#rows),*],))
}

/// Input: `#[on_subscribe(Told)] fn may_hear(&self, conn: &Conn<Self>) -> Result<(), RoomError>`
///
/// Output: `async fn on_subscribe(&mut self, ctx, conn, event: usize) -> Result<(), Fault> {
/// if event == <Told as EventOf<Self>>::INDEX { return hook_result(Self::may_hear(self, conn), ..); } Ok(()) }`
pub(super) fn function(actor: &Actor) -> Option<TokenStream> {
    let krate = &actor.krate;
    let (ctx, conn, event) = (local("ctx"), local("conn"), local("event"));
    let questions = present(actor).map(|SubscribeHook { hook, events }| {
        let cfgs = &hook.attrs.cfgs;
        let places = events.iter().map(|event| place(event, actor));
        let answer = call(hook, hook.conn.then_some(&quote!(#conn)), actor);
        quote! {
            #(#cfgs)*
            if [#(#places),*].contains(&#event) {
                return #answer;
            }
        }
    });
    let questions: Vec<_> = questions.collect();
    (!questions.is_empty()).then(|| {
        quote! {
            async fn on_subscribe(
                &mut self,
                #ctx: &#krate::Ctx<Self>,
                #conn: &#krate::Conn<Self>,
                #event: usize,
            ) -> ::core::result::Result<(), #krate::Fault> {
                let _ = (#ctx, #conn, #event);
                #(#questions)*
                ::core::result::Result::Ok(())
            }
        }
    })
}

fn present(actor: &Actor) -> impl Iterator<Item = &SubscribeHook> {
    actor.hooks.subscribe.iter().filter(|subscribe| !subscribe.hook.is_broken)
}

/// The index of the event in the contract's table. If the type is not an event, the error points at it in the
/// attribute.
fn place(event: &GuardedEvent, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let GuardedEvent { ty, .. } = event;
    quote_spanned!(ty.span()=> <#ty as #krate::EventOf<<Self as #krate::Actor>::Contract>>::INDEX)
}
