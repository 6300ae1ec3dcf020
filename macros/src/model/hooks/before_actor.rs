//! `#[on_before_connect]` without `self`, which is called before the actor exists.

use proc_macro2::TokenStream;
use syn::{GenericArgument, Ident, PatType, PathArguments, ReturnType, Type};

use crate::{
    model::{
        ForwardedAttrs, Output, Scope, owned,
        parameter::{is_meant_as_conn, is_meant_as_ctx, lends_caller, names_caller, typed},
        signature::{check_signature, check_unconditional, only_value},
    },
    syntax::Method,
};

/// The function that admits or refuses a caller.
#[derive(Debug)]
pub(crate) struct BeforeActorHook {
    pub(crate) function: Ident,
    pub(crate) is_async: bool,
    /// Whether it takes `&Caller`.
    pub(crate) caller: bool,
    pub(crate) params: Option<TokenStream>,
    pub(crate) output: Output,
    pub(crate) is_broken: bool,
}

impl BeforeActorHook {
    /// `async fn check(caller: &Caller, params: Params) -> Result<ConnState, Error>`
    pub(super) fn of(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = "the hook `#[on_before_connect]` without `self`";
        let sig = &method.sig;
        check_signature(sig, what, scope);
        check_unconditional(&ForwardedAttrs::of(&method.attrs), what, "about types of the contract", scope);
        let inputs: Vec<_> = sig.inputs.iter().filter_map(typed).collect();
        let (caller, values) = match inputs.as_slice() {
            [first, others @ ..] if lends_caller(&first.ty) => {
                check_read_only(first, scope);
                (true, others)
            }
            others => (false, others),
        };
        for value in values {
            check_value(value, what, scope);
        }
        if !caller && !errors.has_errors() {
            check_caller_by_value(values, what, scope);
        }
        let params = if errors.has_errors() {
            None
        } else {
            only_value(values, what, "the params", scope)
                .map(|ty| owned::owned_type(ty, "the params come from a client", scope))
        };
        check_return_type(&sig.output, what, scope);
        Self {
            function: sig.ident.clone(),
            is_async: sig.asyncness.is_some(),
            caller,
            params,
            output: Output::of(&sig.output, "what a hook returns outlives it", scope),
            is_broken: errors.has_errors(),
        }
    }
}

fn check_read_only(caller: &PatType, scope: Scope<'_>) {
    if matches!(&*caller.ty, Type::Reference(reference) if reference.mutability.is_some()) {
        let what = "the caller is lent to the hook to read it";
        scope.errors.report(&caller.ty, what, "take `caller: &Caller`");
    }
}

/// Reports a context or a connection, which do not exist yet, and a caller that is not the first parameter.
fn check_value(value: &PatType, what: &str, scope: Scope<'_>) {
    if is_meant_as_ctx(&value.ty) {
        let help = "take `caller: &Caller`, which has the key and the claims, or add `&self`";
        let what = format_args!("{what} is asked before there is an actor, so there is no context");
        scope.errors.report(value, what, help);
    } else if is_meant_as_conn(&value.ty) {
        let help = "return the state that the connection shall have";
        scope.errors.report(value, format_args!("{what} runs before there is a connection"), help);
    } else if lends_caller(&value.ty) {
        let what = "the caller is in the wrong place";
        scope.errors.report(value, what, "write it once, before the params");
    }
}

/// Reports a `Caller` that is taken by value beside another value. As the only value it may be the params: a type of
/// the user's that is called `Caller` too.
fn check_caller_by_value(values: &[&PatType], what: &str, scope: Scope<'_>) {
    if let Some(caller) = values.iter().find(|value| values.len() > 1 && names_caller(&value.ty)) {
        let help =
            "take `caller: &Caller`, before the params; if it is a type of yours, make one struct of both";
        let what = format_args!("{what} takes one value, the params, and the caller is lent to it");
        scope.errors.report(caller, what, help);
    }
}

/// Reports a return type that looks like an answer, `bool` or `Option`. What the hook returns is the state of the
/// connection, so `false` would admit the caller as `true` does.
fn check_return_type(output: &ReturnType, what: &str, scope: Scope<'_>) {
    let ReturnType::Type(_, ty) = output else { return };
    let ty = bare(ty);
    let value = value_of_result(ty).map_or(ty, bare);
    let Some(negative) = negative_value(value) else { return };
    let what = format_args!(
        "{what} lets everybody in, with `{negative}` too: its value is the state of the connection"
    );
    let help = "return `Result<(), E>`: an `Err` refuses; a state of this type is a field of a struct";
    scope.errors.report(value, what, help);
}

/// The value that means "no" in a type that looks like an answer.
fn negative_value(ty: &Type) -> Option<&'static str> {
    let Type::Path(path) = ty else { return None };
    match path.path.segments.last()?.ident.to_string().as_str() {
        "bool" => Some("false"),
        "Option" => Some("None"),
        _ => None,
    }
}

/// `T` of `Result<T, E>` or `Result<T>`.
fn value_of_result(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident.to_string().ends_with("Result"))?;
    let PathArguments::AngleBracketed(brackets) = &last.arguments else { return None };
    brackets.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The type without parentheses, and without the invisible ones that `macro_rules!` puts around a `$ty:ty`.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => bare(&inner.elem),
        Type::Group(inner) => bare(&inner.elem),
        ty => ty,
    }
}
