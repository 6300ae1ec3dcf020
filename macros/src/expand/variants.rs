//! Matches over enums that may have no variants: because there are none, or because each has a `cfg`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

use crate::model::Contract;

/// Whether an enum has variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variants {
    None,
    /// Each has a `cfg`, so there may be none.
    Conditional,
    Some,
}

impl Variants {
    pub(super) fn of_actions(contract: &Contract) -> Self {
        Self::of(contract.actions.iter().map(|action| &action.attrs.cfgs))
    }

    pub(super) fn of_events(contract: &Contract) -> Self {
        Self::of(contract.events.iter().map(|event| &event.cfgs))
    }

    fn of<'a>(mut conditions: impl ExactSizeIterator<Item = &'a Vec<Attribute>>) -> Self {
        if conditions.len() == 0 {
            Self::None
        } else if conditions.all(|cfgs| !cfgs.is_empty()) {
            Self::Conditional
        } else {
            Self::Some
        }
    }

    /// `match self { .. }`
    pub(super) fn match_self(self, arms: impl Iterator<Item = TokenStream>) -> TokenStream {
        match self {
            Self::None => quote!(match *self {}),
            // A match on a reference needs an arm even if the enum has no variants.
            Self::Conditional => {
                quote!(match self { #(#arms)* #[allow(unreachable_patterns)] _ => ::core::unreachable!(), })
            }
            Self::Some => quote!(match self { #(#arms)* }),
        }
    }

    /// `Ok(match key { .. })`, with this error for every other key.
    pub(super) fn decode(
        self,
        key: &TokenStream,
        arms: impl Iterator<Item = TokenStream>,
        error: &TokenStream,
    ) -> TokenStream {
        let otherwise = quote!(::core::result::Result::Err(#error));
        match self {
            Self::None => otherwise,
            Self::Conditional | Self::Some => {
                quote!(::core::result::Result::Ok(match #key { #(#arms)* _ => return #otherwise }))
            }
        }
    }

    /// For a function with such a match in it: what follows is unreachable if the enum has no variants.
    pub(super) fn allow(self) -> Option<TokenStream> {
        (self == Self::Conditional).then(|| quote!(#[allow(unreachable_code)]))
    }
}
