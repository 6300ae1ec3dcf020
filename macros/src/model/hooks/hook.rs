//! A hook that is a method of the actor: what all such hooks have in common, and those on a connection.

use proc_macro2::TokenStream;
use syn::{Ident, PatType};

use crate::{
    model::{
        ForwardedAttrs, Mode, Output, Scope, owned,
        parameter::{Parameters, lends_caller},
        signature::{check_signature, check_unconditional, only_value},
    },
    syntax::Method,
};

/// A hook that is a method of the actor.
#[derive(Debug)]
pub(crate) struct Hook {
    pub(crate) method: Ident,
    pub(crate) attrs: ForwardedAttrs,
    pub(crate) mode: Mode,
    pub(crate) ctx: bool,
    pub(crate) conn: bool,
    /// The type of the params, if the hook takes them.
    pub(crate) params: Option<TokenStream>,
    pub(crate) output: Output,
    pub(crate) is_broken: bool,
}

impl Hook {
    /// `async fn admit(&mut self, ctx: &Ctx<Self>, params: Params) -> Result<ConnState, Error>`
    pub(super) fn before_connect(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = "the hook `#[on_before_connect]`";
        let (mut hook, values) = Self::begin(method, what, scope);
        if hook.conn {
            let help = "return the state that the connection shall have";
            scope.errors.report(
                &method.sig.inputs,
                format_args!("{what} runs before there is a connection"),
                help,
            );
        }
        check_unconditional(&hook.attrs, what, "about types of the contract", scope);
        if let Some(caller) = values.iter().find(|value| lends_caller(&value.ty)) {
            let help = "take `ctx: &Ctx<Self>`, which has the key and the claims too, or leave `self` out";
            scope.errors.report(caller, "`Caller` is for the hook without `self`", help);
            hook.is_broken = true;
            return hook;
        }
        hook.params = only_value(&values, what, "the params", scope)
            .map(|ty| owned::owned_type(ty, "the params come from a client", scope));
        hook.is_broken = errors.has_errors();
        hook
    }

    /// `async fn joined(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> Result<(), Error>`
    pub(super) fn of_connection(method: &Method, name: &str, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = format!("the hook `#[{name}]`");
        let (mut hook, values) = Self::begin(method, &what, scope);
        for value in values {
            let help =
                "what a client passes is in `conn.params()`, what the actor remembers in `conn.state()`";
            scope.errors.report(
                value,
                format_args!("{what} takes the context and the connection, and nothing else"),
                help,
            );
        }
        hook.is_broken = errors.has_errors();
        hook
    }

    pub(super) fn begin<'a>(method: &'a Method, what: &str, scope: Scope<'_>) -> (Self, Vec<&'a PatType>) {
        let sig = &method.sig;
        check_signature(sig, what, scope);
        let mode = Mode::of(sig, what, scope);
        let Parameters { ctx, conn, values } = Parameters::of(sig, scope);
        let hook = Self {
            method: sig.ident.clone(),
            attrs: ForwardedAttrs::of(&method.attrs),
            mode: mode.unwrap_or(Mode::Write),
            ctx,
            conn,
            params: None,
            output: Output::of(&sig.output, "what a hook returns outlives it", scope),
            is_broken: false,
        };
        (hook, values)
    }
}
