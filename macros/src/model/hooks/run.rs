//! `#[run]`: the function that runs beside the actor's turns.

use syn::{Ident, Signature, Type};

use crate::{
    model::{
        ForwardedAttrs, Output, Scope,
        parameter::{names_ctx, typed},
        signature::{check_returns_nothing, check_signature, check_takes_only_ctx},
    },
    syntax::Method,
};

/// The function that runs beside the actor's turns.
#[derive(Debug)]
pub(crate) struct RunHook {
    pub(crate) function: Ident,
    pub(crate) attrs: ForwardedAttrs,
    pub(crate) ctx: bool,
    pub(crate) output: Output,
    pub(crate) is_broken: bool,
}

impl RunHook {
    /// `async fn run(ctx: Ctx<Self>) -> Result<(), Error>`
    pub(super) fn of(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = "the hook `#[run]`";
        let sig = &method.sig;
        check_signature(sig, what, scope);
        if let Some(receiver) = sig.receiver() {
            let help = "take `ctx: Ctx<Self>`, and change the state in turns: `ctx.turn(|this| ..).await`";
            scope.errors.report(
                receiver,
                format_args!("{what} runs beside the actor's turns, so it has no `self`"),
                help,
            );
        }
        if sig.asyncness.is_none() {
            let help = "make it an `async fn`";
            scope.errors.report(
                sig.fn_token,
                format_args!("{what} runs beside the actor's turns, so it is async"),
                help,
            );
        }
        let ctx = Self::check_parameters(sig, what, scope);
        let output = Output::of(&sig.output, "what a hook returns outlives it", scope);
        if !output.is_result() {
            check_returns_nothing(sig, &output, &format!("{what} returns nothing, or a `Result`"), scope);
        }
        Self {
            function: sig.ident.clone(),
            attrs: ForwardedAttrs::of(&method.attrs),
            ctx,
            output,
            is_broken: errors.has_errors(),
        }
    }

    /// Returns whether it takes the context, by value.
    fn check_parameters(sig: &Signature, what: &str, scope: Scope<'_>) -> bool {
        let parameters: Vec<_> = sig.inputs.iter().filter_map(typed).collect();
        let (ctx, others) = match parameters.as_slice() {
            [first, others @ ..] if names_ctx(&first.ty) => (Some(*first), others),
            others => (None, others),
        };
        if let Some(ctx) = ctx
            && matches!(*ctx.ty, Type::Reference(_))
        {
            let what = format!("{what} outlives the turn that starts it, so its context is its own");
            scope.errors.report(&ctx.ty, what, "write `Ctx<Self>`");
        }
        check_takes_only_ctx(others, what, scope);
        ctx.is_some()
    }
}
