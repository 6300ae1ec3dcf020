//! One event: a payload type of `events(..)`.

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, LitStr, Type, ext::IdentExt};

use super::{ForwardedAttrs, Scope, name};
use crate::{
    syntax::{EventEntry, SlowConsumer},
    type_to_string::type_to_string,
};

/// The prefix of the names of callboard's own events: see `Notice` in the runtime.
const RESERVED: &str = "callboard.";

/// A type that the actor publishes.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) variant: Ident,
    /// The method of the listener trait.
    pub(crate) method: Ident,
    pub(crate) wire: String,
    /// `= ".."`, if the user chose the name on the wire.
    pub(crate) name: Option<LitStr>,
    pub(crate) ty: TokenStream,
    pub(crate) type_text: String,
    pub(crate) cfgs: Vec<Attribute>,
    /// What is done with it when a client is too slow.
    pub(crate) slow: SlowConsumer,
}

impl Event {
    /// The event of this entry; `None` if its type has no name, which is reported.
    pub(crate) fn of(entry: &EventEntry, scope: Scope<'_>) -> Option<Self> {
        let Some(last) = last_segment(&entry.ty) else {
            let help = "give it a name: `struct Moved(u32, u32);` travels as its fields";
            scope.errors.report(&entry.ty, "an event is a type with a name", help);
            return None;
        };
        if let Some(name) = entry.name.as_ref().filter(|name| name.value().starts_with(RESERVED)) {
            let what = format!("events whose names begin with `{RESERVED}` are callboard's own");
            scope.errors.report(name, what, "give it another name");
        }
        let wire = entry.name.as_ref().map_or_else(|| name::wire(last), LitStr::value);
        let variant = name::ident(&last.unraw().to_string(), last.span())
            .filter(|variant| variant != "Self")
            .unwrap_or_else(|| name::variant(last));
        let variant = capitalized(&variant);
        Some(Self {
            method: name::method(&variant),
            variant,
            wire,
            name: entry.name.clone(),
            ty: scope.resolve_self(&entry.ty),
            type_text: type_to_string(&entry.ty),
            cfgs: ForwardedAttrs::of(&entry.attrs).cfgs,
            slow: entry.slow.clone(),
        })
    }
}

pub(super) fn last_segment(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => Some(&path.path.segments.last()?.ident),
        _ => None,
    }
}

/// `U64` for `u64`: variants begin with a capital letter.
fn capitalized(variant: &Ident) -> Ident {
    if variant.to_string().starts_with(|first: char| first.is_lowercase()) {
        name::variant(variant)
    } else {
        variant.clone()
    }
}

impl quote::ToTokens for Event {
    /// The type: errors about an event point at it.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.ty.clone());
    }
}
