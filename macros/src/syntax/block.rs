//! The annotated `impl` block.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Generics, Path, Token, Type, Visibility, braced,
    parse::{Parse, ParseStream, discouraged::Speculative},
    token::Brace,
};

use super::{Method, without_markers};

/// An `impl` block, split into methods and everything else.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) impl_token: Token![impl],
    pub(crate) generics: Generics,
    pub(crate) trait_: Option<(Path, Token![for])>,
    pub(crate) self_ty: Type,
    pub(crate) brace: Brace,
    pub(crate) members: Vec<Member>,
}

/// One item of the block.
#[derive(Debug)]
pub(crate) enum Member {
    Method(Box<Method>),
    /// A constant, a type, a macro call: kept as it is.
    Other(TokenStream),
    /// A method whose signature cannot be parsed, and the parser's error.
    Unreadable(TokenStream, syn::Error),
}

impl Block {
    /// An inherent `impl` block of the same type with these methods; `None` without methods.
    pub(crate) fn of_the_type(&self, methods: Vec<Method>) -> Option<Self> {
        let Self { attrs, impl_token, generics, self_ty, brace, .. } = self;
        (!methods.is_empty()).then(|| Self {
            attrs: attrs.clone(),
            unsafety: None,
            impl_token: *impl_token,
            generics: generics.clone(),
            trait_: None,
            self_ty: self_ty.clone(),
            brace: *brace,
            members: methods.into_iter().map(|method| Member::Method(Box::new(method))).collect(),
        })
    }
}

impl Member {
    /// The parser's error about its signature, unless it is that the input has ended: then it is half-typed, and
    /// rustc reports it better.
    pub(crate) fn syntax_error(&self) -> Option<&syn::Error> {
        match self {
            Self::Unreadable(_, error) => {
                (!error.to_string().starts_with("unexpected end of input")).then_some(error)
            }
            Self::Method(_) | Self::Other(_) => None,
        }
    }
}

impl Parse for Block {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let unsafety = input.parse()?;
        let impl_token = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let (trait_, self_ty) = parse_header(input)?;
        generics.where_clause = input.parse()?;
        let content;
        let brace = braced!(content in input);
        attrs.extend(content.call(Attribute::parse_inner)?);
        let mut members = Vec::new();
        while !content.is_empty() {
            members.push(content.parse()?);
        }
        Ok(Self { attrs, unsafety, impl_token, generics, trait_, self_ty, brace, members })
    }
}

/// `Type`, or `Trait for Type`.
fn parse_header(input: ParseStream<'_>) -> syn::Result<(Option<(Path, Token![for])>, Type)> {
    let first: Type = input.parse()?;
    if !input.peek(Token![for]) {
        return Ok((None, first));
    }
    let Type::Path(trait_) = first else {
        return Err(syn::Error::new_spanned(first, "expected a trait"));
    };
    Ok((Some((trait_.path, input.parse()?)), input.parse()?))
}

impl Parse for Member {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        let is_method = Method::is_next(input);
        let ahead = input.fork();
        let read = if is_method {
            Method::parse_rest(attrs.clone(), vis.clone(), &ahead).map(Some)
        } else {
            Ok(None)
        };
        if let Ok(Some(method)) = read {
            input.advance_to(&ahead);
            return Ok(Self::Method(Box::new(method)));
        }
        let rest = parse_other(input)?;
        let tokens = quote!(#(#attrs)* #vis #rest);
        Ok(match read {
            Err(error) => Self::Unreadable(without_markers(tokens), error),
            Ok(_) => Self::Other(tokens),
        })
    }
}

/// `const A: B = ..;`, `type A = ..;`, `m!(..);`, `m! { .. }`: up to the `;`, or for a macro call up to its braces.
fn parse_other(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let ends_with_semicolon = input.peek(Token![const]) || input.peek(Token![type]);
    let mut tokens = TokenStream::new();
    while !input.is_empty() {
        let is_semicolon = input.peek(Token![;]);
        let is_braced = input.peek(Brace);
        tokens.extend([input.parse::<TokenTree>()?]);
        if is_semicolon || (is_braced && !ends_with_semicolon) {
            break;
        }
    }
    Ok(tokens)
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, unsafety, impl_token, generics, trait_, self_ty, brace, members } = self;
        let (outer, inner): (Vec<_>, Vec<_>) =
            attrs.iter().partition(|attr| matches!(attr.style, syn::AttrStyle::Outer));
        let (trait_, for_) = trait_.as_ref().map(|(path, for_)| (path, for_)).unzip();
        let where_clause = &generics.where_clause;
        tokens.extend(quote! {
            #(#outer)*
            #unsafety #impl_token #generics #trait_ #for_ #self_ty #where_clause
        });
        // With the spans of the user's braces, so that an error about the whole block points at it.
        brace.surround(tokens, |tokens| tokens.extend(quote!(#(#inner)* #(#members)*)));
    }
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Method(method) => method.to_tokens(tokens),
            Self::Other(other) | Self::Unreadable(other, _) => other.to_tokens(tokens),
        }
    }
}
