//! One queue: a payload type of `queues(..)`, and what its messages are completed with.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, LitStr, Type};

use super::{ForwardedAttrs, Scope, event::last_segment, name, owned};
use crate::{syntax::QueueEntry, type_to_string::type_to_string};

/// A type of messages that the actor takes.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) wire: String,
    /// `= ".."`, where the name on the wire was written by hand.
    pub(crate) name: Option<LitStr>,
    pub(crate) ty: TokenStream,
    pub(crate) type_text: String,
    /// `()` where messages are completed with nothing.
    pub(crate) response: TokenStream,
    /// As written; empty for `()`.
    pub(crate) response_text: String,
    pub(crate) cfgs: Vec<Attribute>,
}

impl Queue {
    /// The queue of this entry, if it has a name.
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
            ty: scope.outside(&entry.ty),
            type_text: type_to_string(&entry.ty),
            response: response.map_or_else(|| quote!(()), |ty| scope.outside(ty)),
            response_text: response.map(type_to_string).unwrap_or_default(),
            cfgs: ForwardedAttrs::of(&entry.attrs).cfgs,
        })
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

impl quote::ToTokens for Queue {
    /// The type, which is what an error about a queue points at.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.ty.clone());
    }
}
