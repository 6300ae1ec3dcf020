//! Where generated names come from, and where errors about generated code point.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

/// A local variable. Its span makes it another name than the same letters in the user's code.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same code, but an error about it points at this place of the user's.
pub(super) fn located(tokens: TokenStream, place: Span) -> TokenStream {
    let relocate = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut located = Group::new(group.delimiter(), located(group.stream(), place));
            located.set_span(group.span().located_at(place));
            TokenTree::Group(located)
        }
        mut other => {
            other.set_span(other.span().located_at(place));
            other
        }
    };
    tokens.into_iter().map(relocate).collect()
}
