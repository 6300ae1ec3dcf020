//! One method of the block.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Signature, Token, Visibility,
    parse::{Parse, ParseStream},
};

/// A method whose body is not parsed: it may be half-typed, and rustc reports that best.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// The braces and what is in them; `;` for a method without a body.
    pub(crate) body: TokenTree,
}

impl Method {
    /// Whether a function follows. Its attributes and its visibility have been read before.
    pub(crate) fn is_next(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        while ahead.peek(Token![const])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![extern])
        {
            let is_extern = ahead.peek(Token![extern]);
            let _: Option<TokenTree> = ahead.parse().ok();
            if is_extern {
                let _: Option<syn::LitStr> = ahead.parse().ok();
            }
        }
        ahead.peek(Token![fn])
    }

    /// Reads the rest of a method, after its attributes and its visibility.
    pub(crate) fn parse_rest(
        attrs: Vec<Attribute>,
        vis: Visibility,
        input: ParseStream<'_>,
    ) -> syn::Result<Self> {
        let sig = Signature::parse(input)?;
        if !input.peek(syn::token::Brace) && !input.peek(Token![;]) {
            return Err(input.error("expected the body of the method, `{ .. }`"));
        }
        Ok(Self { attrs, vis, sig, body: input.parse()? })
    }
}

impl ToTokens for Method {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, sig, body } = self;
        for attr in attrs {
            attr.to_tokens(tokens);
        }
        vis.to_tokens(tokens);
        sig.to_tokens(tokens);
        body.to_tokens(tokens);
    }
}
