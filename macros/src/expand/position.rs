//! The place of an entry in a table, some of whose rows may be conditional.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

/// The place after these entries, of each of which the conditions are given: a number, or, as an error, the count of
/// them, if any has a condition.
pub(super) fn position(before: &[&[Attribute]]) -> Result<TokenStream, TokenStream> {
    if before.iter().all(|cfgs| cfgs.is_empty()) {
        let place = proc_macro2::Literal::usize_unsuffixed(before.len());
        return Ok(quote!(#place));
    }
    let rows = before.iter().map(|cfgs| quote!(#(#cfgs)* ()));
    Err(quote!({
        const BEFORE: &[()] = &[#(#rows),*];
        BEFORE.len()
    }))
}
