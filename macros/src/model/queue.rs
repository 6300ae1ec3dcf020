//! One queue: a payload type of `queues(..)`, and the type that its messages are completed with.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, LitStr, Type};

use super::{ForwardedAttrs, Scope, event::last_segment, name, owned};
use crate::{syntax::QueueEntry, type_to_string::type_to_string};

/// A queue of the actor, which has the messages of one type.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) wire: String,
    /// `= ".."`, if the user chose the name on the wire.
    pub(crate) name: Option<LitStr>,
    pub(crate) ty: TokenStream,
    pub(crate) type_text: String,
    /// The type that messages are completed with; `()` if with nothing.
    pub(crate) response: TokenStream,
    /// The same as the user wrote it; empty for `()`.
    pub(crate) response_text: String,
    pub(crate) cfgs: Vec<Attribute>,
}

impl Queue {
    /// The queue of this entry; `None` if it has no name, which is reported.
    pub(crate) fn of(entry: &QueueEntry, scope: Scope<'_>) -> Option<Self> {
        let wire = match (&entry.name, last_segment(&entry.ty)) {
            (Some(name), _) => name.value(),
            (None, Some(last)) => name::wire(last),
            (None, None) => {
                let help = "give it one: `queues((u32, u32) = \"moves\")`";
                scope.errors.report(
                    &entry.ty,
                    "a queue has the name of its type, and this type has none",
                    help,
                );
                return None;
            }
        };
        let why = "the response goes to whoever sent the message";
        let response = entry.response.as_ref().filter(|ty| !is_unit(ty));
        let response = response.filter(|ty| owned::check(ty, why, scope));
        Some(Self {
            wire,
            name: entry.name.clone(),
            ty: scope.resolve_self(&entry.ty),
            type_text: type_to_string(&entry.ty),
            response: response.map_or_else(|| quote!(()), |ty| scope.resolve_self(ty)),
            response_text: response.map(type_to_string).unwrap_or_default(),
            cfgs: ForwardedAttrs::of(&entry.attrs).cfgs,
        })
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

impl quote::ToTokens for Queue {
    /// The type: errors about a queue point at it.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.ty.clone());
    }
}
