//! The conversion of what clients pass to the type that a hook takes.
//!
//! The two types are equal in a program that compiles. But users write them in different places, and if they differ,
//! the error must point at the type of the hook and not into generated code. So the conversion is a call of a trait
//! that only equal types implement, with the span of the hook's type.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, spanned::Spanned};

use crate::{
    expand::span::located,
    model::{Actor, BeforeActorHook, Source},
};

/// From the type in the trait of the contract to the type of the hook; nothing for an actor without such a trait.
pub(super) fn from_contract(
    role: &str,
    value: &Ident,
    ty: Option<&TokenStream>,
    actor: &Actor,
) -> Option<TokenStream> {
    let krate = &actor.krate;
    let Source::Trait(path) = &actor.source else { return None };
    let role = format_ident!("{role}");
    let (place, ty) = match ty {
        Some(ty) => (ty.span(), ty.clone()),
        None => (path.span(), quote!(())),
    };
    let said = format_ident!("{role}Of");
    let taken = quote!(<#ty as #krate::__private::#role<#krate::dispatch::#said<Self>>>::take(#value));
    let taken = located(taken, place);
    Some(quote!(let #value = #taken;))
}

/// From the type of `#[on_before_connect]` with `self` to the type of the form without it.
pub(super) fn from_before_connect(
    value: &Ident,
    check: &BeforeActorHook,
    actor: &Actor,
) -> Option<TokenStream> {
    let krate = &actor.krate;
    let ty = check.params.as_ref()?;
    actor.hooks.before_connect.as_ref()?.params.as_ref()?;
    let place = ty.span();
    let taken =
        quote!(<#ty as #krate::__private::ParamsBeside<#krate::dispatch::ParamsOf<Self>>>::take(#value));
    let taken = located(taken, place);
    Some(quote!(let #value = #taken;))
}
