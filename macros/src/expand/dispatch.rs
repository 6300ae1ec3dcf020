//! The dispatch: a match that calls the method of an action.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Path};

use super::{
    reply::error_kind,
    span::{local, located},
};
use crate::model::{Action, Contract, Mode, Names};

/// Whose method is called: the type's own, or a trait's.
#[derive(Debug, Clone, Copy)]
pub(super) enum Callee<'a> {
    /// `self.tally()`, in `impl Actor`.
    Own,
    /// `<A as Poll>::tally(actor)`, in a function that is generic over the actor.
    Of { actor: &'a Ident, name: &'a Ident },
}

/// The function that dispatches actions of this mode; `None` if there are none.
pub(super) fn function(mode: Mode, callee: Callee<'_>, contract: &Contract) -> Option<TokenStream> {
    let actions: Vec<_> = contract.actions.iter().filter(|action| action.mode == mode).collect();
    if actions.is_empty() {
        return None;
    }
    let krate = &contract.krate;
    let Names { action: action_type, reply, .. } = &contract.names;
    let (ctx, action, this) = (local("ctx"), local("action"), local("this"));
    let arms = actions.iter().map(|action| arm(action, callee, contract));
    let name = function_name(mode);
    let asyncness = mode.is_async().then(|| quote!(async));
    let borrow = if mode.is_exclusive() { quote!(&mut) } else { quote!(&) };
    let (receiver, actor) = match callee {
        Callee::Own => (quote!(#borrow self), quote!(Self)),
        Callee::Of { actor, .. } => (quote!(#this: #borrow #actor), quote!(#actor)),
    };
    let rest = rest(&actions, &actor, contract);
    Some(quote! {
        #asyncness fn #name(#receiver, #ctx: &#krate::Ctx<#actor>, #action: #action_type) -> #reply {
            match #action {
                #(#arms)*
                #rest
            }
        }
    })
}

pub(super) fn function_name(mode: Mode) -> Ident {
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
fn arm(action: &Action, callee: Callee<'_>, contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let Names { action: action_type, reply, .. } = &contract.names;
    let Action { method, variant, attrs, arguments, .. } = action;
    let cfgs = &attrs.cfgs;
    let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
    let ctx = local("ctx");
    let ctx_argument = action.ctx.then(|| quote!(#ctx,));
    let conn_argument = action.conn.then(|| quote!(#krate::__private::caller(#ctx),));
    let call = match callee {
        Callee::Own => quote!(self.#method(#ctx_argument #conn_argument #(#names),*)),
        Callee::Of { actor, name } => {
            let this = local("this");
            quote!(<#actor as #name>::#method(#this, #ctx, #conn_argument #(#names),*))
        }
    };
    let call = if action.mode.is_async() { awaited(&call, method, krate) } else { call };
    let answer = if action.output.is_result() {
        let kind = error_kind(action, contract);
        quote!(#krate::__private::result(#call, #kind))
    } else {
        quote!(#krate::__private::value(#call))
    };
    let rest = action.conn.then(|| quote!(..));
    quote!(#(#cfgs)* #action_type::#variant { #(#names,)* #rest } => #reply::#variant(#answer),)
}

/// The call of an async method, awaited. If the future is not `Send`, the error points at the method's name.
///
/// The call is in a closure, so that the future is made inside of the function that boxes it. An unoptimised build
/// keeps stack space for every value of a function for as long as it runs, and the dispatch function runs while the
/// method does.
pub(super) fn awaited(call: &TokenStream, method: &Ident, krate: &Path) -> TokenStream {
    located(quote!(#krate::__private::boxed(move || #call).await), method.span())
}

/// The arm for the actions of other modes, with which the function is never called.
fn rest(here: &[&Action], actor: &TokenStream, contract: &Contract) -> Option<TokenStream> {
    let krate = &contract.krate;
    let other = local("other");
    let has_others = here.len() < contract.actions.len();
    let others_are_conditional = contract
        .actions
        .iter()
        .filter(|action| action.mode != here[0].mode)
        .all(|action| !action.attrs.cfgs.is_empty());
    let allow = others_are_conditional.then(|| quote!(#[allow(unreachable_patterns)]));
    has_others.then(|| quote!(#allow #other => #krate::__private::misdispatched::<#actor>(&#other),))
}
