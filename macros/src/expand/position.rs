//! The index of an entry in a table, some of whose rows may have a `cfg`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

/// The index after these entries, given by their `cfg`s. It is a number if none has a `cfg`; otherwise, as an `Err`, an
/// expression that counts the entries that are there.
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
