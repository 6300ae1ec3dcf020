//! What an item is that is no `impl` block.

use proc_macro2::{Ident, TokenStream, TokenTree};

/// The keyword that says what the item is, `struct` or `fn`; `None` for an `impl` block.
pub(crate) fn foreign_keyword(item: &TokenStream) -> Option<Ident> {
    const KEYWORDS: &[&str] =
        &["impl", "struct", "enum", "union", "trait", "fn", "mod", "static", "type", "use", "macro_rules"];
    let keyword = item.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if KEYWORDS.contains(&word.to_string().as_str()) => Some(word),
        _ => None,
    })?;
    (keyword != "impl").then_some(keyword)
}
