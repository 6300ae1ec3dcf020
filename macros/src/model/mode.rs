//! How a method borrows its actor, and whether it awaits.

use syn::{ReceiverKind, Signature, Type, TypeReference};

use super::Scope;

/// The four kinds of methods, as in `callboard::contract::Mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    ReadAsync,
    Write,
    WriteAsync,
}

impl Mode {
    pub(crate) const ALL: [Self; 4] = [Self::Read, Self::ReadAsync, Self::Write, Self::WriteAsync];

    /// The mode of a method; `None` if it does not borrow its actor, which is reported. `what` names it in the
    /// report: "an action".
    pub(crate) fn of(sig: &Signature, what: &str, scope: Scope<'_>) -> Option<Self> {
        let is_exclusive = is_exclusive(sig, what, scope)?;
        Some(match (is_exclusive, sig.asyncness.is_some()) {
            (false, false) => Self::Read,
            (false, true) => Self::ReadAsync,
            (true, false) => Self::Write,
            (true, true) => Self::WriteAsync,
        })
    }

    pub(crate) fn is_exclusive(self) -> bool {
        matches!(self, Self::Write | Self::WriteAsync)
    }

    pub(crate) fn is_async(self) -> bool {
        matches!(self, Self::ReadAsync | Self::WriteAsync)
    }
}

fn is_exclusive(sig: &Signature, what: &str, scope: Scope<'_>) -> Option<bool> {
    let Some(receiver) = sig.receiver() else {
        let help = "make `&self` (reads, side by side) or `&mut self` (writes, alone) its first parameter";
        scope.errors.report(
            &sig.ident,
            format_args!("{what} is a method of the actor, but this has no `self`"),
            help,
        );
        return None;
    };
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => return Some(mutability.is_some()),
        ReceiverKind::Typed(_, ty) => {
            if let Type::Reference(TypeReference { mutability, elem, .. }) = &**ty
                && let Type::Path(path) = &**elem
                && path.path.is_ident("Self")
            {
                return Some(mutability.is_some());
            }
        }
        _ => {}
    }
    let help = "take `&self` (reads, side by side) or `&mut self` (writes, alone): the actor lives on after the call";
    scope.errors.report(receiver, format_args!("{what} borrows its actor, it does not take it"), help);
    None
}
