//! How one argument of an attribute is read, or skipped.

use proc_macro2::TokenTree;
use syn::{LitStr, Token, parse::ParseStream};

/// `= "wireName"`
pub(crate) fn parse_name(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse::<Token![=]>()?;
    if !input.peek(LitStr) {
        return Err(input.error("a name is a string\nhelp: write `name = \"wireName\"`"));
    }
    let name: LitStr = input.parse()?;
    if name.value().is_empty() {
        return Err(syn::Error::new_spanned(
            name,
            "a name has at least one letter\nhelp: without `name` it is made from the Rust name",
        ));
    }
    Ok(name)
}

/// `= value`
pub(crate) fn parse_value<T: syn::parse::Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// Skips what follows the name of an unknown argument, up to the next comma.
pub(crate) fn skip_argument(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _: Option<TokenTree> = input.parse().ok();
    }
}
