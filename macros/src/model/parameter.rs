//! The parameters of a method: the context, the connection, and everything else.

use quote::ToTokens;
use syn::{FnArg, GenericArgument, PatType, Path, PathArguments, Signature, Type};

use super::Scope;

/// The parameters after `self`.
#[derive(Debug)]
pub(crate) struct Parameters<'a> {
    /// Whether the first is `&Ctx<Self>`.
    pub(crate) ctx: bool,
    /// Whether the next is `&Conn<Self>`.
    pub(crate) conn: bool,
    pub(crate) values: Vec<&'a PatType>,
}

/// What a parameter is, judged by the tokens of its type.
enum Kind {
    Ctx,
    Conn,
    /// The context or the connection, but not as `&Ctx<Self>` or `&Conn<Self>`.
    Nearly(&'static str),
    Value,
}

impl<'a> Parameters<'a> {
    pub(crate) fn of(sig: &'a Signature, scope: Scope<'_>) -> Self {
        let mut parameters = Self { ctx: false, conn: false, values: Vec::new() };
        for input in &sig.inputs {
            if let FnArg::Typed(parameter) = input {
                parameters.add(parameter, scope);
            }
        }
        parameters
    }

    fn add(&mut self, parameter: &'a PatType, scope: Scope<'_>) {
        let is_first = !self.ctx && !self.conn && self.values.is_empty();
        match kind(&parameter.ty, scope) {
            Kind::Ctx if is_first => self.ctx = true,
            Kind::Conn if !self.conn && self.values.is_empty() => self.conn = true,
            Kind::Ctx => misplaced(parameter, "the context", "write it once, right after `self`", scope),
            Kind::Conn => {
                misplaced(parameter, "the connection", "write it once, after `self` and the context", scope);
            }
            Kind::Nearly(right) => {
                let help = format!("write `{right}`");
                let what = if right.starts_with("&Ctx") { "the context" } else { "the connection" };
                scope.errors.report(
                    &parameter.ty,
                    format_args!("{what} is lent to the method, and it is this actor's"),
                    help,
                );
            }
            Kind::Value => self.values.push(parameter),
        }
    }
}

/// The parameter, if it is not `self`.
pub(crate) fn typed(input: &FnArg) -> Option<&PatType> {
    match input {
        FnArg::Typed(parameter) => Some(parameter),
        FnArg::Receiver(_) => None,
    }
}

fn misplaced(parameter: &PatType, what: &str, help: &str, scope: Scope<'_>) {
    scope.errors.report(parameter, format_args!("{what} is in the wrong place"), help);
}

fn kind(ty: &Type, scope: Scope<'_>) -> Kind {
    let (path, is_borrowed, is_mut) = match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) => (&path.path, true, reference.mutability.is_some()),
            _ => return Kind::Value,
        },
        Type::Path(path) => (&path.path, false, false),
        _ => return Kind::Value,
    };
    let Some(last) = path.segments.last() else { return Kind::Value };
    let (exact, right) = match last.ident.to_string().as_str() {
        "Ctx" => (Kind::Ctx, "&Ctx<Self>"),
        "Conn" => (Kind::Conn, "&Conn<Self>"),
        _ => return Kind::Value,
    };
    match generic(path) {
        Generic::This(ty) if is_actor(ty, scope) => {
            if is_borrowed && !is_mut {
                exact
            } else {
                Kind::Nearly(right)
            }
        }
        // Some other type of the user's with the same name.
        Generic::None | Generic::Other if !is_borrowed => Kind::Value,
        Generic::This(_) | Generic::None | Generic::Other => Kind::Nearly(right),
    }
}

/// The type arguments of a path's last segment.
enum Generic<'a> {
    None,
    This(&'a Type),
    Other,
}

fn generic(path: &Path) -> Generic<'_> {
    match path.segments.last().map(|last| &last.arguments) {
        None | Some(PathArguments::None) => Generic::None,
        Some(PathArguments::AngleBracketed(brackets)) => match brackets.args.first() {
            Some(GenericArgument::Type(ty)) if brackets.args.len() == 1 => Generic::This(ty),
            _ => Generic::Other,
        },
        Some(PathArguments::Parenthesized(_)) => Generic::Other,
    }
}

/// Whether a type is `Self`, or the actor by its name.
fn is_actor(ty: &Type, scope: Scope<'_>) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.is_ident("Self")
        || path.path.segments.last().is_some_and(|last| last.ident == *scope.name)
        || ty.to_token_stream().to_string() == scope.self_ty.to_token_stream().to_string()
}

/// `Ctx<..>`, or a borrow of it.
pub(crate) fn names_ctx(ty: &Type) -> bool {
    names(ty, "Ctx")
}

/// Likewise, but not `Ctx` by value without type arguments: that is a type of the user's with the same name.
pub(crate) fn is_meant_as_ctx(ty: &Type) -> bool {
    names_ctx(ty) && !is_bare(ty)
}

/// `&Conn<..>` or `Conn<..>`, likewise.
pub(crate) fn is_meant_as_conn(ty: &Type) -> bool {
    names(ty, "Conn") && !is_bare(ty)
}

/// `&Caller`. By value it is a type of the user's with the same name.
pub(crate) fn lends_caller(ty: &Type) -> bool {
    matches!(ty, Type::Reference(_)) && names_caller(ty)
}

/// `Caller`, borrowed or not.
pub(crate) fn names_caller(ty: &Type) -> bool {
    names(ty, "Caller")
}

/// A type of this name, or a borrow of it.
fn names(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Reference(reference) => names(&reference.elem, name),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    }
}

fn is_bare(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if matches!(generic(&path.path), Generic::None))
}
