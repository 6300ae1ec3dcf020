//! How a saved state is read: directly, or through `#[on_migrate]` if it is an older one.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::call::outcome;
use crate::{
    expand::span::local,
    model::{Actor, MigrateHook},
};

/// The body of `fn load`.
pub(crate) fn load(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, .. } = actor;
    let (bytes, old) = (local("bytes"), local("old"));
    let Some(MigrateHook { function, old: Some(old_ty), output, is_broken: false }) =
        &actor.hooks.life.on_migrate
    else {
        return quote_spanned!(ty.span()=> <#ty as #krate::__private::SavedState>::load(#bytes));
    };
    let migrated = outcome(&quote!(Self::#function(#old)), output, actor);
    quote_spanned! {old_ty.span()=>
        #krate::__private::load_or_migrate::<Self, #old_ty>(#bytes, |#old| #migrated)
    }
}
