//! The attributes of a method that are repeated on everything that is generated from it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Meta, Token, parse::ParseStream, punctuated::Punctuated};

/// `cfg`, `doc`, `deprecated`, and what `cfg_attr` makes of them.
#[derive(Debug, Default)]
pub(crate) struct ForwardedAttrs {
    /// For every generated piece, match arms and table rows included.
    pub(crate) cfgs: Vec<Attribute>,
    /// For what is documented: variants and stubs.
    pub(crate) docs: Vec<Attribute>,
    pub(crate) deprecated: Vec<Attribute>,
}

impl ForwardedAttrs {
    pub(crate) fn of(attrs: &[Attribute]) -> Self {
        let mut forwarded = Self::default();
        for attr in attrs {
            forwarded.take("cfg", attr);
            forwarded.take("doc", attr);
            forwarded.take("deprecated", attr);
        }
        forwarded
    }

    fn take(&mut self, name: &str, attr: &Attribute) {
        let taken = if attr.path().is_ident(name) { Some(attr.clone()) } else { conditional(name, attr) };
        match name {
            "cfg" => self.cfgs.extend(taken),
            "doc" => self.docs.extend(taken),
            _ => self.deprecated.extend(taken),
        }
    }

    /// The user's docs; if there are none, this line.
    pub(crate) fn docs_or(&self, otherwise: &str) -> TokenStream {
        let is_text =
            |attr: &Attribute| attr.path().is_ident("doc") && matches!(attr.meta, Meta::NameValue(_));
        let Self { docs, .. } = self;
        if docs.iter().any(is_text) {
            return quote!(#(#docs)*);
        }
        let otherwise = format!(" {otherwise}");
        quote!(#[doc = #otherwise] #(#docs)*)
    }
}

/// `#[cfg_attr(condition, a, doc = "..")]` without `a`; `None` if nothing is left.
fn conditional(name: &str, attr: &Attribute) -> Option<Attribute> {
    if !attr.path().is_ident("cfg_attr") {
        return None;
    }
    let (condition, metas) = attr
        .parse_args_with(|input: ParseStream<'_>| {
            let condition: Meta = input.parse()?;
            input.parse::<Token![,]>()?;
            Ok((condition, Punctuated::<Meta, Token![,]>::parse_terminated(input)?))
        })
        .ok()?;
    let kept: Vec<_> = metas.into_iter().filter(|meta| meta.path().is_ident(name)).collect();
    (!kept.is_empty()).then(|| syn::parse_quote!(#[cfg_attr(#condition, #(#kept),*)]))
}
