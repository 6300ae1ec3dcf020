//! Spans: the hygiene of generated names, and where errors about generated code point.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

/// A local variable. By its span it is another name than the same identifier in the user's code.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same code, but errors about it point at this place in the user's code.
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
