//! `const OPTIONS`: the settings of the actor.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{model::Actor, syntax::Durability};

/// The constant; nothing for an actor that leaves everything at its default.
pub(super) fn item(actor: &Actor) -> Option<TokenStream> {
    let Actor { krate, settings, .. } = actor;
    let durability = settings.durability.map(|durability| {
        let name = match durability {
            Durability::Reply => quote!(Reply),
            Durability::Output => quote!(Output),
            Durability::Relaxed => quote!(Relaxed),
        };
        quote!(durability: #krate::Durability::#name,)
    });
    let durations = [
        ("save_interval", settings.save_interval),
        ("sleep_timeout", settings.sleep_timeout),
        ("action_timeout", settings.action_timeout),
    ];
    let durations = durations.into_iter().filter_map(|(name, duration)| {
        let name = format_ident!("{name}");
        let ms = u64::try_from(duration?.as_millis()).unwrap_or(u64::MAX);
        Some(quote!(#name: ::core::time::Duration::from_millis(#ms),))
    });
    let hibernate = settings.hibernate.then(|| quote!(hibernate: true,));
    (!settings.is_empty()).then(|| {
        quote! {
            #[allow(clippy::needless_update)]
            const OPTIONS: #krate::Options =
                #krate::Options { #durability #(#durations)* #hibernate ..#krate::Options::DEFAULT };
        }
    })
}
