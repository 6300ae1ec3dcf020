//! The context in which a part of the model is read: the actor's name and type, and where errors go.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Ident, Type};

use crate::errors::Errors;

/// The actor that a method belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) self_ty: &'a Type,
    pub(crate) errors: &'a Errors<'a>,
}

impl<'a> Scope<'a> {
    /// The same actor, for a part of it whose errors go to a sink of its own.
    pub(crate) fn with<'b>(self, errors: &'b Errors<'b>) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope { errors, ..self }
    }

    /// A type of the block with `Self` replaced by the actor's type, for code outside of the block.
    pub(crate) fn resolve_self(&self, ty: &Type) -> TokenStream {
        self.replace_self(ty.to_token_stream())
    }

    fn replace_self(&self, tokens: TokenStream) -> TokenStream {
        let replace = |token| match token {
            TokenTree::Ident(name) if name == "Self" => self.self_ty.to_token_stream(),
            TokenTree::Group(group) => {
                let mut replaced = Group::new(group.delimiter(), self.replace_self(group.stream()));
                replaced.set_span(group.span());
                quote!(#replaced)
            }
            other => other.into(),
        };
        tokens.into_iter().map(replace).collect()
    }
}
