//! Types of values that are sent between clients and actors: they must be owned, and have a name.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Type, TypeReference};

use super::Scope;
use crate::type_to_string::type_to_string;

/// Why values of a type cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    Borrow,
    ImplTrait,
}

/// Reports a type that is borrowed or has no name, and returns whether it is neither. `why` is the reason that the
/// report gives: "an argument comes from a client".
pub(crate) fn check(ty: &Type, why: &str, scope: Scope<'_>) -> bool {
    let obstacle = obstacle(ty.to_token_stream());
    match obstacle {
        None => {}
        Some(Obstacle::Borrow) => {
            scope.errors.report(
                ty,
                format_args!("{why}, so it cannot be borrowed"),
                format_args!("use {}", owned(ty)),
            );
        }
        Some(Obstacle::ImplTrait) => {
            let help = "write the type itself in place of `impl ..`";
            scope.errors.report(ty, format_args!("{why}, so its type needs a name"), help);
        }
    }
    obstacle.is_none()
}

/// Whether a type can be named in generated code.
pub(crate) fn has_name(ty: TokenStream) -> bool {
    obstacle(ty) != Some(Obstacle::ImplTrait)
}

/// A type that is checked to be owned, with `Self` replaced.
pub(crate) fn owned_type(ty: &Type, why: &str, scope: Scope<'_>) -> TokenStream {
    check(ty, why, scope);
    scope.resolve_self(ty)
}

fn obstacle(tokens: TokenStream) -> Option<Obstacle> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match &token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => Some(Obstacle::Borrow),
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                let is_static = matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "static");
                (!is_static).then_some(Obstacle::Borrow)
            }
            TokenTree::Ident(name) if name == "impl" => Some(Obstacle::ImplTrait),
            TokenTree::Group(group) => obstacle(group.stream()),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// A suggestion: the owned type for a borrowed one.
fn owned(ty: &Type) -> String {
    let Type::Reference(TypeReference { elem, .. }) = ty else {
        return "owned types, such as `String` for `&str`".to_owned();
    };
    match &**elem {
        Type::Path(path) if path.path.is_ident("str") => "`String`".to_owned(),
        Type::Slice(slice) => format!("`Vec<{}>`", type_to_string(&slice.elem)),
        elem => format!("`{}`", type_to_string(elem)),
    }
}
