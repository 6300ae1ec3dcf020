//! What a method returns: a plain value, or a `Result`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{GenericArgument, Path, PathArguments, ReturnType, Type, spanned::Spanned};

use super::{Scope, owned};
use crate::type_to_string::type_to_string;

/// A return type.
#[derive(Debug)]
pub(crate) struct Output {
    kind: Kind,
    /// The value's type as the user wrote it; empty for `()`.
    pub(crate) type_text: String,
}

#[derive(Debug)]
enum Kind {
    /// Any type whose name does not end in `Result`.
    Value(TokenStream),
    /// `Result<T, E>`
    Result { ok: TokenStream, err: TokenStream },
    /// Another name that ends in `Result`, an alias: only the compiler knows its two types.
    Alias(TokenStream),
}

impl Output {
    /// The return type; `()` if it is borrowed, which is reported. `why` is the reason that the report gives.
    pub(crate) fn of(output: &ReturnType, why: &str, scope: Scope<'_>) -> Self {
        let ReturnType::Type(_, ty) = output else { return Self::unit() };
        if !owned::check(ty, why, scope) {
            return Self::unit();
        }
        match &**ty {
            Type::Path(path) if path.qself.is_none() => Self::of_path(&path.path, ty, scope),
            Type::Tuple(tuple) if tuple.elems.is_empty() => {
                Self { kind: Kind::Value(quote!(#tuple)), type_text: String::new() }
            }
            _ => Self { kind: Kind::Value(scope.resolve_self(ty)), type_text: type_to_string(ty) },
        }
    }

    /// The return type of a method whose value is used while the actor is still borrowed, so any type will do.
    pub(crate) fn of_any(output: &ReturnType, scope: Scope<'_>) -> Self {
        match output {
            ReturnType::Default => Self::unit(),
            ReturnType::Type(_, ty) => match &**ty {
                Type::Path(path) if path.qself.is_none() => Self::of_path(&path.path, ty, scope),
                _ => Self { kind: Kind::Value(scope.resolve_self(ty)), type_text: type_to_string(ty) },
            },
        }
    }

    fn unit() -> Self {
        Self { kind: Kind::Value(quote!(())), type_text: String::new() }
    }

    fn of_path(path: &Path, ty: &Type, scope: Scope<'_>) -> Self {
        let is_result = path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Result"));
        if !is_result {
            return Self { kind: Kind::Value(scope.resolve_self(ty)), type_text: type_to_string(ty) };
        }
        let Some((ok, err)) = parts_of_result(path) else {
            return Self { kind: Kind::Alias(scope.resolve_self(ty)), type_text: type_to_string(ty) };
        };
        let type_text = if is_unit(ok) { String::new() } else { type_to_string(ok) };
        Self { kind: Kind::Result { ok: scope.resolve_self(ok), err: scope.resolve_self(err) }, type_text }
    }

    /// Whether the method returns a `Result`.
    pub(crate) fn is_result(&self) -> bool {
        !matches!(self.kind, Kind::Value(_))
    }

    /// Whether the value is `()`. For an alias it is not known, and taken to be.
    pub(crate) fn is_unit(&self) -> bool {
        self.type_text.is_empty() || matches!(self.kind, Kind::Alias(_))
    }

    /// The type of the value.
    pub(crate) fn ok(&self, krate: &Path) -> TokenStream {
        match &self.kind {
            Kind::Value(ty) | Kind::Result { ok: ty, .. } => ty.clone(),
            Kind::Alias(ty) => quote_spanned!(ty.span()=> <#ty as #krate::__private::ActionResult>::Ok),
        }
    }

    /// The type of the error; `None` for a plain value, which has none.
    pub(crate) fn err(&self, krate: &Path) -> Option<TokenStream> {
        match &self.kind {
            Kind::Value(_) => None,
            Kind::Result { err, .. } => Some(err.clone()),
            Kind::Alias(ty) => {
                Some(quote_spanned!(ty.span()=> <#ty as #krate::__private::ActionResult>::Err))
            }
        }
    }
}

/// `T` and `E` of `Result<T, E>`.
fn parts_of_result(path: &Path) -> Option<(&Type, &Type)> {
    let last = path.segments.last().filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(brackets) = &last.arguments else { return None };
    let mut args = brackets.args.iter();
    match (args.next(), args.next(), args.next()) {
        (Some(GenericArgument::Type(ok)), Some(GenericArgument::Type(err)), None) => Some((ok, err)),
        _ => None,
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}
