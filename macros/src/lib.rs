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
use quote::{ToTokens, quote};

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

fn try_expand_actor(args: TokenStream, item: TokenStream, parts: Parts, mistakes: &Mistakes) -> TokenStream {
    let mut block: Block = match syn::parse2(item.clone()) {
        Ok(block) => block,
        Err(error) => {
            mistakes.push(error);
            return syntax::without_markers(item);
        }
    };
    let options = Options::parse(args, mistakes);
    let actor = Actor::of(&mut block, options, mistakes);
    let generated = actor.map(|actor| expand::expand(&actor, parts));
    let block = parts.server.then(|| block.to_token_stream());
    quote!(#block #generated)
}
