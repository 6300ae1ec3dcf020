//! The macros of callboard. Their documentation is where users meet them: at `callboard::actor` and
//! `callboard::ActorError`.
//!
//! Each is a pipeline: **parse** (`syntax`) what the user wrote, make a **model** of what it means,
//! **check** the model's parts against each other, **expand** it. Mistakes are collected on the way, all of
//! them are reported at once, and what is right is generated all the same.

mod error;
mod expand;
mod marker;
mod mistakes;
mod model;
mod syntax;
mod typo;
mod written;

use proc_macro2::TokenStream;
use quote::quote;

use expand::Parts;
use mistakes::Mistakes;
use model::Actor;
use syntax::{Block, Options};

/// Makes an actor out of an `impl` block.
#[proc_macro_attribute]
pub fn actor(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let parts = Parts { client: cfg!(feature = "client"), server: cfg!(feature = "server") };
    expand_actor(args.into(), item.into(), parts).into()
}

/// Makes an error that clients may see out of an enum or a struct with messages.
#[proc_macro_derive(ActorError, attributes(actor_error))]
pub fn actor_error(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    error::derive(input.into()).into()
}

fn expand_actor(args: TokenStream, item: TokenStream, parts: Parts) -> TokenStream {
    let mistakes = Mistakes::new();
    let generated = try_expand_actor(args, item, parts, &mistakes);
    let errors = mistakes.into_tokens();
    quote!(#generated #errors)
}

/// Writes what can be written; what cannot goes back as it was, without our attributes.
fn try_expand_actor(args: TokenStream, item: TokenStream, parts: Parts, mistakes: &Mistakes) -> TokenStream {
    if let Some(keyword) = syntax::foreign_keyword(&item) {
        let help =
            "put it on the block with the actions: `impl ChatRoom { .. }`; the type itself is the state";
        mistakes.at(
            &keyword,
            format_args!("`#[actor]` goes on an `impl` block, and this is a `{keyword}`"),
            help,
        );
        return syntax::without_markers(item);
    }
    // Half-typed code is on its way back to rustc, which says better what is missing.
    let Ok(mut block) = syn::parse2::<Block>(item.clone()) else {
        return syntax::without_markers(item);
    };
    block.syntax_errors().cloned().for_each(|error| mistakes.push(error));
    let options = Options::parse(args, mistakes);
    let Some(actor) = Actor::of(&mut block, options, mistakes) else {
        return syntax::without_markers(item);
    };
    let generated = expand::expand(&actor, parts);
    // How an action borrows its actor, and whether it awaits, is the actor's promise to its clients, not its body's
    // business; and its arguments are moved because they come from elsewhere.
    let kind = quote!(#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]);
    let block = parts.server.then(|| quote!(#kind #block));
    quote!(#block #generated)
}
