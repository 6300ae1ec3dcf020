//! The keyword of an item.

use proc_macro2::{Ident, TokenStream, TokenTree};

/// The keyword of the item: `impl`, `trait`, `struct`, `fn`; `None` if there is none.
pub(crate) fn keyword(item: &TokenStream) -> Option<Ident> {
    const KEYWORDS: &[&str] =
        &["impl", "struct", "enum", "union", "trait", "fn", "mod", "static", "type", "use", "macro_rules"];
    item.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if KEYWORDS.contains(&word.to_string().as_str()) => Some(word),
        _ => None,
    })
}
