//! The last resort: an item that cannot be parsed is returned as it was, without our attributes.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::marker::Marker;

/// The same tokens without `#[action]` and the other markers, at any depth.
pub(crate) fn without_markers(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if ends_with_hash(&kept) && is_marker(&group) => {
                kept.pop();
            }
            // A group that is not rebuilt keeps the spans of its brackets, which rustc needs for precise errors.
            TokenTree::Group(group) if has_marker(group.stream()) => {
                let mut stripped = Group::new(group.delimiter(), without_markers(group.stream()));
                stripped.set_span(group.span());
                kept.push(TokenTree::Group(stripped));
            }
            other => kept.push(other),
        }
    }
    kept.into_iter().collect()
}

fn has_marker(tokens: TokenStream) -> bool {
    tokens.into_iter().any(
        |token| matches!(token, TokenTree::Group(group) if is_marker(&group) || has_marker(group.stream())),
    )
}

fn ends_with_hash(tokens: &[TokenTree]) -> bool {
    matches!(tokens.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#')
}

/// Whether the last name of the attribute's path, `[callboard::action(..)]`, is ours.
fn is_marker(group: &Group) -> bool {
    let path = group.stream().into_iter().take_while(|token| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    });
    group.delimiter() == Delimiter::Bracket
        && matches!(path.last(), Some(TokenTree::Ident(name)) if Marker::named(&name.to_string()).is_some())
}
