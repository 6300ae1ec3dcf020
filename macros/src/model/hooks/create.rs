//! `#[on_create]`: the function that makes the first state.

use proc_macro2::TokenStream;
use syn::{Ident, Signature};

use crate::{
    model::{
        ForwardedAttrs, Output, Scope, owned,
        parameter::Parameters,
        signature::{check_signature, check_unconditional, only_value},
    },
    syntax::Method,
};

/// The function that makes the first state.
#[derive(Debug)]
pub(crate) struct CreateHook {
    pub(crate) function: Ident,
    pub(crate) is_async: bool,
    pub(crate) ctx: bool,
    pub(crate) input: Option<TokenStream>,
    pub(crate) output: Output,
    pub(crate) is_broken: bool,
}

impl CreateHook {
    /// `async fn create(ctx: &Ctx<Self>, input: Input) -> Result<Self, Error>`
    pub(super) fn of(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = "the hook `#[on_create]`";
        let sig = &method.sig;
        check_signature(sig, what, scope);
        check_no_receiver(sig, what, scope);
        check_unconditional(&ForwardedAttrs::of(&method.attrs), what, "about types of the contract", scope);
        let Parameters { ctx, conn, values } = Parameters::of(sig, scope);
        if conn {
            scope.errors.report(
                &sig.inputs,
                format_args!("{what} runs before there is a connection"),
                "remove it",
            );
        }
        let input = only_value(&values, what, "the input", scope)
            .map(|ty| owned::owned_type(ty, "the input comes from a client", scope));
        Self {
            function: sig.ident.clone(),
            is_async: sig.asyncness.is_some(),
            ctx,
            input,
            output: Output::of(&sig.output, "the actor outlives the hook", scope),
            is_broken: errors.has_errors(),
        }
    }
}

fn check_no_receiver(sig: &Signature, what: &str, scope: Scope<'_>) {
    if let Some(receiver) = sig.receiver() {
        let help = "remove `self`, and return `Self`";
        scope.errors.report(
            receiver,
            format_args!("{what} makes the actor, so there is no `self` yet"),
            help,
        );
    }
}
