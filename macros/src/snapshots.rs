//! Tests of what the macros generate: for each file of `tests/input`, the formatted result is in `tests/output`.
//!
//! `CALLBOARD_BLESS=1 cargo test -p callboard-macros` writes the outputs anew. Read the difference before keeping it.

use std::{env, fs, path::Path};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Item, Meta};

use crate::{actor_error, expand::Parts, expand_actor};

#[test]
fn outputs_are_what_they_were() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut inputs: Vec<_> = fs::read_dir(tests.join("input"))
        .expect("inputs")
        .map(|entry| entry.expect("an input").path())
        .collect();
    inputs.sort();
    let changed: Vec<_> = inputs
        .iter()
        .filter(|input| !is_unchanged(input, &tests.join("output").join(input.file_name().expect("a name"))))
        .collect();
    assert!(changed.is_empty(), "not as in tests/output: {changed:#?}");
}

fn is_unchanged(input: &Path, output: &Path) -> bool {
    let expanded = expand(input);
    if env::var_os("CALLBOARD_BLESS").is_some() {
        fs::write(output, &expanded).expect("the output can be written");
    }
    fs::read_to_string(output).is_ok_and(|expected| expected == expanded)
}

fn expand(input: &Path) -> String {
    let source = fs::read_to_string(input).expect("the input can be read");
    let name = input.file_stem().expect("a name").to_string_lossy();
    let parts = Parts { client: !name.ends_with("server_only"), server: !name.ends_with("client_only") };
    let file = syn::parse_file(&source).expect("the input is Rust");
    let expanded: TokenStream = file.items.into_iter().map(|item| expand_item(item, parts)).collect();
    let expanded = syn::parse2(expanded).expect("the output is Rust");
    format!("// Made from tests/input/{name}.rs\n\n{}", prettyplease::unparse(&expanded))
}

/// The expansion of an item with `#[actor]` or `#[derive(ActorError)]`; nothing for any other.
fn expand_item(mut item: Item, parts: Parts) -> TokenStream {
    let attrs = match &mut item {
        Item::Impl(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        _ => return TokenStream::new(),
    };
    let Some(place) = attrs.iter().position(|attr| attr.path().is_ident("actor") || is_derive(attr)) else {
        return TokenStream::new();
    };
    let attr = attrs.remove(place);
    if is_derive(&attr) {
        return actor_error::derive(item.into_token_stream());
    }
    let args = match attr.meta {
        Meta::List(list) => list.tokens,
        _ => quote!(),
    };
    expand_actor(args, item.into_token_stream(), parts)
}

fn is_derive(attr: &Attribute) -> bool {
    attr.path().is_ident("derive") && attr.to_token_stream().to_string().contains("ActorError")
}
