//! The annotated trait.

use syn::{
    Attribute, Generics, Ident, Token, Visibility, braced,
    parse::{Parse, ParseStream},
};

use super::block::Member;

/// A trait, split into methods and everything else.
#[derive(Debug)]
pub(crate) struct Interface {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// Everything between the generics and `where`, or the braces.
    pub(crate) supertraits: proc_macro2::TokenStream,
    pub(crate) members: Vec<Member>,
}

impl Parse for Interface {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let unsafety = input.parse()?;
        input.parse::<Token![trait]>()?;
        let name = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let mut supertraits = proc_macro2::TokenStream::new();
        while !input.is_empty() && !input.peek(Token![where]) && !input.peek(syn::token::Brace) {
            supertraits.extend([input.parse::<proc_macro2::TokenTree>()?]);
        }
        generics.where_clause = input.parse()?;
        let content;
        braced!(content in input);
        attrs.extend(content.call(Attribute::parse_inner)?);
        let mut members = Vec::new();
        while !content.is_empty() {
            members.push(content.parse()?);
        }
        Ok(Self { attrs, vis, unsafety, name, generics, supertraits, members })
    }
}
