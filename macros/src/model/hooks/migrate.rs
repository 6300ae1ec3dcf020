//! `#[on_migrate]`: the function that makes a state out of an older one.

use proc_macro2::TokenStream;
use syn::Ident;

use crate::{
    model::{
        ForwardedAttrs, Output, Scope, owned,
        parameter::Parameters,
        signature::{check_signature, check_unconditional, only_value},
    },
    syntax::Method,
};

/// The function that makes a state out of an older one.
#[derive(Debug)]
pub(crate) struct MigrateHook {
    pub(crate) function: Ident,
    /// The type of the older state; `None` if it is missing, which is reported.
    pub(crate) old: Option<TokenStream>,
    pub(crate) output: Output,
    pub(crate) is_broken: bool,
}

impl MigrateHook {
    /// `fn migrate(old: OldState) -> Result<Self, Error>`
    pub(super) fn of(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = "the hook `#[on_migrate]`";
        let sig = &method.sig;
        check_signature(sig, what, scope);
        if let Some(receiver) = sig.receiver() {
            let help = "remove `self`, take the older state, and return `Self`";
            scope.errors.report(
                receiver,
                format_args!("{what} makes the state, so there is no `self` yet"),
                help,
            );
        }
        if let Some(asyncness) = &sig.asyncness {
            let help = "remove `async`; what takes time belongs in `#[on_wake]`";
            scope.errors.report(
                asyncness,
                format_args!("{what} turns one value into another, it does not wait"),
                help,
            );
        }
        check_unconditional(&ForwardedAttrs::of(&method.attrs), what, "how saved states are read", scope);
        let Parameters { ctx, conn, values } = Parameters::of(sig, scope);
        if ctx || conn {
            let help = "take the older state alone; what needs the context belongs in `#[on_wake]`";
            scope.errors.report(&sig.inputs, format_args!("{what} runs before the actor is awake"), help);
        }
        if values.is_empty() {
            let help = "take it as it was: `fn migrate(old: OldState) -> Self`";
            scope.errors.report(&sig.ident, format_args!("{what} takes the older state"), help);
        }
        let old = only_value(&values, what, "the older state", scope);
        Self {
            function: sig.ident.clone(),
            old: old.map(|ty| {
                owned::check(ty, "an older state is read from the store", scope);
                scope.resolve_self(ty)
            }),
            output: Output::of(&sig.output, "the actor outlives the hook", scope),
            is_broken: errors.has_errors(),
        }
    }
}
