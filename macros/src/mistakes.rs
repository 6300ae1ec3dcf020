//! The bag that every mistake goes into, so that one compile reports all of them.

use std::{cell::RefCell, fmt::Display, thread};

use proc_macro2::TokenStream;
use quote::ToTokens;

/// Every mistake found so far. Whoever makes one must ask for its tokens, or it panics: a mistake
/// that nobody reports would be a program that does something else than it says.
#[derive(Debug)]
pub(crate) struct Mistakes {
    found: RefCell<Option<Vec<syn::Error>>>,
}

impl Mistakes {
    pub(crate) fn new() -> Self {
        Self { found: RefCell::new(Some(Vec::new())) }
    }

    /// Something is wrong with these tokens, and this is the way out.
    pub(crate) fn at(&self, tokens: impl ToTokens, what: impl Display, help: impl Display) {
        self.push(syn::Error::new_spanned(tokens, format!("{what}\nhelp: {help}")));
    }

    /// An error of the parser.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(found) = self.found.borrow_mut().as_mut() {
            found.push(error);
        }
    }

    /// How many there are; a caller that compares two counts knows whether something in between went wrong.
    pub(crate) fn count(&self) -> usize {
        self.found.borrow().as_ref().map_or(0, Vec::len)
    }

    /// A `compile_error!` for each.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let found = self.found.borrow_mut().take().unwrap_or_default();
        found.iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Mistakes {
    fn drop(&mut self) {
        let is_forgotten = self.found.borrow().is_some();
        assert!(!is_forgotten || thread::panicking(), "mistakes were collected, but not reported");
    }
}
