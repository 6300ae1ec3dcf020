//! Names of generated locals, which no argument of the user's can be confused with.

use proc_macro2::{Ident, Span};

/// A local variable. Its span makes it another name than the same letters in the user's code.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
