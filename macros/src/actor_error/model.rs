//! The model of an error type: its cases, their codes, their fields.

use std::collections::HashMap;

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Expr, Fields, Generics, Ident, Lit, LitStr, Path, Token, Type,
    ext::IdentExt, parse::ParseStream,
};

use crate::{
    errors::Errors,
    model::wire_name,
    syntax::{parse_value, skip_argument},
    typo,
};

/// The arguments of `#[actor_error(..)]` on a variant, or on a struct.
const CASE: &[&str] = &["code", "status", "internal"];
/// Those on an enum.
const ENUM: &[&str] = &["status", "crate"];
/// Those on a struct.
const STRUCT: &[&str] = &["code", "status", "internal", "crate"];

/// An error type.
#[derive(Debug)]
pub(crate) struct ErrorType {
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// The path of the crate callboard.
    pub(crate) krate: Path,
    /// The variants; a struct has one case.
    pub(crate) cases: Vec<Case>,
}

/// One variant, or the struct.
#[derive(Debug)]
pub(crate) struct Case {
    /// `Self::PlayerNotFound`, or `Self`.
    pub(crate) path: TokenStream,
    pub(crate) code: String,
    /// Its HTTP status, if it or its enum sets one.
    pub(crate) status: Option<u16>,
    /// Whether clients see `internal_error` in its place.
    pub(crate) internal: bool,
    pub(crate) shape: Shape,
}

/// The fields, by how they are encoded.
#[derive(Debug)]
pub(crate) enum Shape {
    Unit,
    /// A tuple of one: the value itself.
    Newtype(Box<Type>),
    /// A longer tuple: a list.
    Tuple(Vec<Type>),
    /// Named fields, with the names that they have on the wire: an object.
    Struct(Vec<Field>),
}

/// A named field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: Ident,
    pub(crate) wire: String,
    pub(crate) ty: Type,
}

/// The arguments of `#[actor_error(..)]`.
#[derive(Debug, Default)]
struct Options {
    code: Option<LitStr>,
    status: Option<u16>,
    internal: bool,
    krate: Option<Path>,
}

impl ErrorType {
    /// The model; `None` for a union, which has no cases.
    pub(crate) fn of(input: &DeriveInput, errors: &Errors<'_>) -> Option<Self> {
        let known = if matches!(input.data, Data::Enum(_)) { ENUM } else { STRUCT };
        let options = Options::parse(&input.attrs, known, errors);
        let cases = match &input.data {
            Data::Enum(data) => data
                .variants
                .iter()
                .map(|variant| Case::of_variant(variant, options.status, errors))
                .collect(),
            Data::Struct(data) => vec![Case::new(quote!(Self), &input.ident, &data.fields, &options)],
            Data::Union(data) => {
                errors.report(
                    data.union_token,
                    "an error that clients see is an enum or a struct",
                    "make it an enum",
                );
                return None;
            }
        };
        let krate = options.krate.unwrap_or_else(|| syn::parse_quote!(::callboard));
        let error_type = Self { name: input.ident.clone(), generics: input.generics.clone(), krate, cases };
        if let Data::Enum(data) = &input.data {
            error_type.check_codes(data.variants.iter().map(|variant| &variant.ident), errors);
        }
        Some(error_type)
    }

    fn check_codes<'a>(&self, variants: impl Iterator<Item = &'a Ident>, errors: &Errors<'_>) {
        let mut codes: HashMap<&str, &Ident> = HashMap::new();
        for (case, variant) in self.cases.iter().zip(variants).filter(|(case, _)| !case.internal) {
            if let Some(first) = codes.insert(&case.code, variant) {
                let what = format!("`{first}` and `{variant}` would both have code `{}`", case.code);
                errors.report(variant, what, "write `#[actor_error(code = \"..\")]` on one of them");
            }
        }
    }
}

impl Case {
    fn of_variant(variant: &syn::Variant, status: Option<u16>, errors: &Errors<'_>) -> Self {
        let name = &variant.ident;
        let mut options = Options::parse(&variant.attrs, CASE, errors);
        options.status = options.status.or(status);
        Self::new(quote!(Self::#name), name, &variant.fields, &options)
    }

    fn new(path: TokenStream, name: &Ident, fields: &Fields, options: &Options) -> Self {
        let code =
            options.code.as_ref().map_or_else(|| name.unraw().to_string().to_snake_case(), LitStr::value);
        Self { path, code, status: options.status, internal: options.internal, shape: Shape::of(fields) }
    }
}

impl Shape {
    fn of(fields: &Fields) -> Self {
        match fields {
            Fields::Unit => Self::Unit,
            Fields::Unnamed(fields) => {
                let mut types: Vec<_> = fields.unnamed.iter().map(|field| field.ty.clone()).collect();
                if types.len() == 1 {
                    types.pop().map_or(Self::Unit, |ty| Self::Newtype(Box::new(ty)))
                } else {
                    Self::Tuple(types)
                }
            }
            Fields::Named(fields) => Self::Struct(fields.named.iter().filter_map(Field::of).collect()),
        }
    }
}

impl Field {
    fn of(field: &syn::Field) -> Option<Self> {
        let name = field.ident.clone()?;
        Some(Self { wire: wire_name(&name), name, ty: field.ty.clone() })
    }
}

impl Options {
    fn parse(attrs: &[Attribute], known: &[&str], errors: &Errors<'_>) -> Self {
        let mut options = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("actor_error")) {
            let parsed =
                attr.parse_args_with(|input: ParseStream<'_>| options.parse_list(input, known, errors));
            if let Err(error) = parsed {
                errors.push(error);
            }
        }
        options
    }

    fn parse_list(&mut self, input: ParseStream<'_>, known: &[&str], errors: &Errors<'_>) -> syn::Result<()> {
        let mut status = None;
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            match name.to_string().as_str() {
                text if !known.contains(&text) => {
                    typo::unknown_argument(&name, "#[actor_error]", known, errors);
                    skip_argument(input);
                }
                "code" => self.code = Some(parse_value(input)?),
                "status" => {
                    self.status = parse_status(input, errors)?;
                    status = Some(name);
                }
                "internal" => self.internal = true,
                _ => {
                    input.parse::<Token![=]>()?;
                    self.krate = Some(input.call(Path::parse_mod_style)?);
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if let Some(status) = status.filter(|_| self.internal) {
            errors.report(
                status,
                "an internal error has status 500",
                "leave out one of `status` and `internal`",
            );
        }
        Ok(())
    }
}

/// `= 403`
fn parse_status(input: ParseStream<'_>, errors: &Errors<'_>) -> syn::Result<Option<u16>> {
    let value: Expr = parse_value(input)?;
    let number = match &value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    };
    let status = number.filter(|status| (400..=599).contains(status));
    if status.is_none() {
        errors.report(value, "this is not the HTTP status of an error", "write a number from 400 to 599");
    }
    Ok(status)
}
