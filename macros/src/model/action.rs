//! One action: a method that clients call.

use proc_macro2::TokenStream;
use quote::format_ident;
use syn::{Attribute, Ident, LitStr, Pat, PatType, parse::ParseStream, spanned::Spanned};

use super::{
    ForwardedAttrs, Mode, Output, Scope, name, owned, parameter::Parameters, signature::check_signature,
};
use crate::{
    syntax::{self, Method, skip_argument},
    type_to_string::type_to_string,
    typo,
};

/// A method with `#[action]`.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) method: Ident,
    pub(crate) variant: Ident,
    pub(crate) wire: String,
    /// `name = ".."`, if the user chose the name on the wire.
    pub(crate) name: Option<LitStr>,
    pub(crate) attrs: ForwardedAttrs,
    pub(crate) mode: Mode,
    /// Whether it takes the context.
    pub(crate) ctx: bool,
    /// Whether it takes the calling connection, and so needs one.
    pub(crate) conn: bool,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) output: Output,
    /// An error in it was reported: it is not dispatched, and its stub takes arguments of any type.
    pub(crate) is_broken: bool,
}

/// One argument that a client passes.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) wire: String,
    pub(crate) ty: TokenStream,
    /// The type as the user wrote it, for the table of actions.
    pub(crate) type_text: String,
}

impl Action {
    pub(crate) fn of(method: &Method, marker: Option<&Attribute>, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let sig = &method.sig;
        check_signature(sig, "an action", scope);
        let mode = Mode::of(sig, "an action", scope);
        let parameters = Parameters::of(sig, scope);
        let arguments = Argument::all(&parameters.values, scope);
        let output = Output::of(&sig.output, "a reply goes to a client", scope);
        let name = marker.and_then(|marker| parse_name(marker, scope));
        Self {
            method: sig.ident.clone(),
            variant: name::variant(&sig.ident),
            wire: name.as_ref().map_or_else(|| name::wire(&sig.ident), LitStr::value),
            name,
            attrs: ForwardedAttrs::of(&method.attrs),
            mode: mode.unwrap_or(Mode::Read),
            ctx: parameters.ctx,
            conn: parameters.conn,
            arguments,
            output,
            is_broken: errors.has_errors(),
        }
    }

    /// The name of the field that an action with a connection has in the enum. Its type has no public constructor, so
    /// user code cannot build such an action, for example to schedule it. The name differs from those of all
    /// arguments.
    pub(crate) fn conn_field(&self) -> Option<Ident> {
        let mut name = Ident::new("conn", self.method.span());
        while self.arguments.iter().any(|argument| argument.name == name) {
            name = format_ident!("{name}_");
        }
        self.conn.then_some(name)
    }
}

impl Argument {
    fn all(parameters: &[&PatType], scope: Scope<'_>) -> Vec<Self> {
        let mut arguments: Vec<Self> = Vec::new();
        for (index, parameter) in parameters.iter().enumerate() {
            let mut argument = Self::of(parameter, index, scope);
            // The underscore of `_x` is removed, and there may also be an `x`.
            while arguments.iter().any(|other| other.name == argument.name) {
                argument.name = format_ident!("{}_", argument.name);
            }
            arguments.push(argument);
        }
        arguments
    }

    fn of(parameter: &PatType, index: usize, scope: Scope<'_>) -> Self {
        owned::check(&parameter.ty, "an argument comes from a client", scope);
        let name = argument_name(&parameter.pat, scope)
            .unwrap_or_else(|| Ident::new(&format!("arg{}", index + 1), parameter.pat.span()));
        Self {
            wire: name::wire(&name),
            ty: scope.resolve_self(&parameter.ty),
            type_text: type_to_string(&parameter.ty),
            name,
        }
    }
}

/// The argument's name; `None` if the pattern has no usable one.
fn argument_name(pattern: &Pat, scope: Scope<'_>) -> Option<Ident> {
    match pattern {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            name::argument(&pattern.ident)
        }
        Pat::Wild(_) => None,
        _ => {
            let help = "give it a name, and take it apart in the body: `let (x, y) = point;`";
            scope.errors.report(pattern, "an argument needs a name, which is part of the contract", help);
            None
        }
    }
}

/// `#[action(name = "..")]`
fn parse_name(marker: &Attribute, scope: Scope<'_>) -> Option<LitStr> {
    if matches!(marker.meta, syn::Meta::Path(_)) {
        return None;
    }
    let mut name = None;
    let parsed = marker.parse_args_with(|input: ParseStream<'_>| {
        while !input.is_empty() {
            let argument: Ident = input.parse()?;
            if argument == "name" {
                name = Some(syntax::parse_name(input)?);
            } else {
                typo::unknown_argument(&argument, "#[action]", &["name"], scope.errors);
                skip_argument(input);
            }
            if !input.is_empty() {
                input.parse::<syn::Token![,]>()?;
            }
        }
        Ok(())
    });
    if let Err(error) = parsed {
        scope.errors.push(error);
    }
    name
}
