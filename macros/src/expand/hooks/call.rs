//! How a hook is called, and how its return value is converted to what the host expects.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    expand::{dispatch::awaited, reply::output_error_kind, span::local},
    model::{Actor, Hook, Output},
};

/// The call of a hook. It is called by its path, not as a method of `self`, because the trait `Actor` may have a
/// method of the same name.
pub(super) fn call(hook: &Hook, argument: Option<&TokenStream>, actor: &Actor) -> TokenStream {
    let Hook { method, .. } = hook;
    let ctx = local("ctx");
    let ctx_argument = hook.ctx.then(|| quote!(#ctx,));
    let call = quote!(Self::#method(self, #ctx_argument #argument));
    let call = if hook.mode.is_async() { awaited(&call, method, &actor.krate) } else { call };
    outcome(&call, &hook.output, actor)
}

/// The return value of a hook, plain or a `Result`, as a `Result` with a fault.
pub(super) fn outcome(call: &TokenStream, output: &Output, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    if !output.is_result() {
        return quote!(#krate::__private::hook_value(#call));
    }
    let kind = output_error_kind(output, krate);
    quote!(#krate::__private::hook_result(#call, #kind))
}
