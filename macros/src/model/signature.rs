//! Rules for signatures that actions, hooks and handlers have in common. `what` names the method in errors: "an
//! action".

use syn::{FnArg, GenericParam, PatType, ReturnType, Signature, Type};

use super::{ForwardedAttrs, Output, Scope};

/// Reports what no method can be that generated code calls: `unsafe`, `extern`, generic.
pub(crate) fn check_signature(sig: &Signature, what: &str, scope: Scope<'_>) {
    let Scope { errors, .. } = scope;
    if let syn::Safety::Unsafe(token) = &sig.safety {
        errors.report(
            token,
            format_args!("{what} is called by the framework, so it cannot be `unsafe`"),
            "make it safe to call",
        );
    }
    if let Some(abi) = &sig.abi {
        errors.report(abi, format_args!("{what} is a plain Rust method"), "remove the ABI");
    }
    // Lifetime parameters are allowed: only a type that is sent must not have one, and that is reported at the type.
    if sig.generics.params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_))) {
        let help = "write concrete types, or an enum of them";
        errors.report(
            &sig.generics,
            format_args!("{what} cannot be generic: its types are part of the contract"),
            help,
        );
    }
    for input in &sig.inputs {
        if let FnArg::Typed(parameter) = input
            && let Some(attr) = parameter
                .attrs
                .iter()
                .find(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
        {
            errors.report(
                attr,
                "an argument cannot be conditional",
                "put the `cfg` on the whole method, and write it twice",
            );
        }
    }
}

/// Reports a `cfg` on a method that other generated code depends on: it `decides` about something.
pub(super) fn check_unconditional(attrs: &ForwardedAttrs, what: &str, decides: &str, scope: Scope<'_>) {
    if let Some(cfg) = attrs.cfgs.first() {
        let help = "put the `cfg` on statements in its body";
        scope.errors.report(cfg, format_args!("{what} decides {decides}, so it cannot be conditional"), help);
    }
}

/// The one parameter beside the context, if there is one. It is `role` in errors: "the params".
pub(super) fn only_value<'a>(
    values: &[&'a PatType],
    what: &str,
    role: &str,
    scope: Scope<'_>,
) -> Option<&'a Type> {
    for extra in values.iter().skip(1) {
        let help = "make one struct of them";
        scope.errors.report(extra, format_args!("{what} takes one value, {role}, and this is another"), help);
    }
    values.first().map(|value| &*value.ty)
}

/// Reports every parameter but the context.
pub(super) fn check_takes_only_ctx(values: &[&PatType], what: &str, scope: Scope<'_>) {
    for value in values {
        let help = "remove it; what the hook needs is in the state";
        scope.errors.report(value, format_args!("{what} takes the context, and nothing else"), help);
    }
}

pub(super) fn check_returns_nothing(sig: &Signature, output: &Output, what: &str, scope: Scope<'_>) {
    if let ReturnType::Type(_, ty) = &sig.output
        && (output.is_result() || !output.type_text.is_empty())
    {
        scope.errors.report(ty, what, "remove it: nobody is there to take it");
    }
}
