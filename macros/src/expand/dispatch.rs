//! From an action as a value to the method.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Path};

use super::{
    reply::error_kind,
    span::{local, located},
};
use crate::model::{Action, Actor, Mode, Names};

/// The `dispatch_*` function of this mode; `None` where no action has it.
pub(super) fn function(mode: Mode, actor: &Actor) -> Option<TokenStream> {
    let actions: Vec<_> = actor.actions.iter().filter(|action| action.mode == mode).collect();
    if actions.is_empty() {
        return None;
    }
    let krate = &actor.krate;
    let Names { action: action_type, reply, .. } = &actor.names;
    let (ctx, action) = (local("ctx"), local("action"));
    let arms = actions.iter().map(|action| arm(action, actor));
    let rest = rest(&actions, actor);
    let name = function_name(mode);
    let asyncness = mode.is_async().then(|| quote!(async));
    let this = if mode.is_exclusive() { quote!(&mut self) } else { quote!(&self) };
    Some(quote! {
        #asyncness fn #name(#this, #ctx: &#krate::Ctx<Self>, #action: #action_type) -> #reply {
            match #action {
                #(#arms)*
                #rest
            }
        }
    })
}

fn function_name(mode: Mode) -> Ident {
    let suffix = match mode {
        Mode::Read => "read",
        Mode::ReadAsync => "read_async",
        Mode::Write => "write",
        Mode::WriteAsync => "write_async",
    };
    format_ident!("dispatch_{suffix}")
}

/// Input: `fn get_messages(&self) -> Vec<Message>`
///
/// Output: `Action::GetMessages {} => Reply::GetMessages(value(self.get_messages())),`
fn arm(action: &Action, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let Names { action: action_type, reply, .. } = &actor.names;
    let Action { method, variant, carried, arguments, .. } = action;
    let cfgs = &carried.cfgs;
    let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
    let ctx = local("ctx");
    let lent_ctx = action.ctx.then(|| quote!(#ctx,));
    let lent_conn = action.conn.then(|| quote!(#krate::__private::caller(#ctx),));
    let call = quote!(self.#method(#lent_ctx #lent_conn #(#names),*));
    let call = if action.mode.is_async() { awaited(&call, method, krate) } else { call };
    let answer = if action.output.is_result() {
        let kind = error_kind(action, actor);
        quote!(#krate::__private::result(#call, #kind))
    } else {
        quote!(#krate::__private::value(#call))
    };
    let rest = action.conn.then(|| quote!(..));
    quote!(#(#cfgs)* #action_type::#variant { #(#names,)* #rest } => #reply::#variant(#answer),)
}

/// The call of an async method, awaited. A future that is not `Send` is an error at the method's name.
pub(super) fn awaited(call: &TokenStream, method: &Ident, krate: &Path) -> TokenStream {
    located(quote!(#krate::__private::sendable(#call).await), method.span())
}

/// The arm for the actions of other modes, which never come here.
fn rest(here: &[&Action], actor: &Actor) -> Option<TokenStream> {
    let krate = &actor.krate;
    let other = local("other");
    let has_others = here.len() < actor.actions.len();
    let others_are_conditional = actor
        .actions
        .iter()
        .filter(|action| action.mode != here[0].mode)
        .all(|action| !action.carried.cfgs.is_empty());
    let allow = others_are_conditional.then(|| quote!(#[allow(unreachable_patterns)]));
    has_others.then(|| quote!(#allow #other => #krate::__private::misdispatched::<Self>(&#other),))
}
