//! One event: a payload type of `events(..)`.

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, LitStr, Type, ext::IdentExt};

use super::{ForwardedAttrs, Scope, name};
use crate::{
    syntax::{EventEntry, SlowConsumer},
    type_to_string::type_to_string,
};

/// What the names of callboard's own events begin with: see `Notice` in the runtime.
const RESERVED: &str = "callboard.";

/// A type that the actor publishes.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) variant: Ident,
    /// Of the listener trait.
    pub(crate) method: Ident,
    pub(crate) wire: String,
    /// `= ".."`, where the name on the wire was written by hand.
    pub(crate) name: Option<LitStr>,
    pub(crate) ty: TokenStream,
    pub(crate) type_text: String,
    pub(crate) cfgs: Vec<Attribute>,
    /// What becomes of it when a client does not keep up.
    pub(crate) slow: SlowConsumer,
}

impl Event {
    /// The event of this entry, if its type has a name that a variant can have.
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
            ty: scope.outside(&entry.ty),
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

/// `u64` is listed, `U64` is the variant.
fn capitalized(variant: &Ident) -> Ident {
    if variant.to_string().starts_with(|first: char| first.is_lowercase()) {
        name::variant(variant)
    } else {
        variant.clone()
    }
}

impl quote::ToTokens for Event {
    /// The type, which is what an error about an event points at.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.ty.clone());
    }
}
