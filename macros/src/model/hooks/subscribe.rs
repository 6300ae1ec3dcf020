//! The hooks that decide who may listen: `#[on_subscribe(Event)]`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Attribute, GenericArgument, Meta, PathArguments, ReturnType, Signature, Token, Type,
    punctuated::Punctuated,
};

use super::Hook;
use crate::{model::Scope, syntax::Method, type_to_string::type_to_string};

/// `#[on_subscribe(MessageReceived)] async fn may_read(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> Result<(), Error>`
#[derive(Debug)]
pub(crate) struct SubscribeHook {
    pub(crate) hook: Hook,
    /// The events that it decides about.
    pub(crate) events: Vec<GuardedEvent>,
}

/// An event with an `#[on_subscribe]`: a connection needs its consent to listen.
#[derive(Debug)]
pub(crate) struct GuardedEvent {
    pub(crate) ty: TokenStream,
    type_text: String,
}

impl SubscribeHook {
    /// The hook; `others` are those before it in the block.
    pub(super) fn of(method: &Method, attr: &Attribute, others: &[Self], scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let mut hook = Hook::of_connection(method, "on_subscribe", scope);
        check_return_type(&method.sig, hook.output.is_result(), scope);
        let mut events = Vec::new();
        for ty in types(attr, scope) {
            let type_text = type_to_string(&ty);
            let all = others.iter().filter(|other| other.hook.attrs.cfgs.is_empty());
            let mut earlier = all.flat_map(|other| &other.events).chain(&events);
            if hook.attrs.cfgs.is_empty() && earlier.any(|event: &GuardedEvent| event.type_text == type_text)
            {
                let what = format!("`{type_text}` has its `#[on_subscribe]` already");
                scope.errors.report(&ty, what, "ask both things in one method");
            } else {
                events.push(GuardedEvent { ty: scope.resolve_self(&ty), type_text });
            }
        }
        hook.is_broken = errors.has_errors();
        Self { hook, events }
    }
}

/// The hook returns a `Result` of `()`. Another value, such as `Ok(false)`, would be ignored, so it is reported.
fn check_return_type(sig: &Signature, is_result: bool, scope: Scope<'_>) {
    let help = "write `-> Result<(), Error>`; `Ok(())` lets the connection listen";
    let message =
        "the hook `#[on_subscribe]` refuses with an error, so it returns a `Result` of nothing else";
    match &sig.output {
        ReturnType::Default => scope.errors.report(&sig.ident, message, help),
        ReturnType::Type(_, ty) if !is_result => scope.errors.report(ty, message, help),
        ReturnType::Type(_, ty) => {
            if let Some(ok) = ok(ty).filter(|ok| !matches!(ok, Type::Tuple(tuple) if tuple.elems.is_empty()))
            {
                scope.errors.report(ok, message, help);
            }
        }
    }
}

/// `T` of `Result<T, E>`; `None` for an alias without type arguments.
fn ok(result: &Type) -> Option<&Type> {
    let Type::Path(path) = result else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// The events that the attribute names.
fn types(attr: &Attribute, scope: Scope<'_>) -> Vec<Type> {
    let named = match &attr.meta {
        Meta::List(list) => list.parse_args_with(Punctuated::<Type, Token![,]>::parse_terminated),
        Meta::Path(_) | Meta::NameValue(_) => Ok(Punctuated::new()),
    };
    match named {
        Ok(named) if named.is_empty() => {
            let help = "name those that not everybody may have: `#[on_subscribe(MessageReceived)]`";
            scope.errors.report(
                attr.to_token_stream(),
                "`#[on_subscribe]` is asked about certain events",
                help,
            );
            Vec::new()
        }
        Ok(named) => named.into_iter().collect(),
        Err(error) => {
            scope.errors.push(error);
            Vec::new()
        }
    }
}
