//! `impl ActorError`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Path, Type, spanned::Spanned};

use super::model::{Case, ErrorType, Field, Shape};

pub(super) fn expand(error_type: &ErrorType) -> TokenStream {
    let ErrorType { name, generics, krate, cases } = error_type;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let codes = match_self(cases, cases.iter().map(code));
    let metadata = match_self(cases, cases.iter().map(|case| metadata(case, krate)));
    let restored = cases.iter().filter(|case| !case.internal).map(|case| restore(case, krate));
    let (status, is_internal) = (status(cases, krate), is_internal(cases));
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #impl_generics #krate::ActorError for #name #type_generics #where_clause {
            fn code(&self) -> &'static str {
                #codes
            }

            fn metadata(&self) -> ::core::option::Option<#krate::__private::Value> {
                #krate::__private::view_metadata(self)
            }

            fn restore(
                code: &str,
                metadata: ::core::option::Option<&#krate::__private::Value>,
            ) -> ::core::option::Option<Self> {
                #krate::__private::restore_error(code, metadata)
            }

            fn encode_metadata(&self) -> ::core::option::Option<#krate::__private::Metadata> {
                #metadata
            }

            fn decode_metadata(
                code: &str,
                metadata: ::core::option::Option<&#krate::__private::Metadata>,
            ) -> ::core::option::Option<Self> {
                let _ = metadata;
                match code {
                    #(#restored)*
                    _ => ::core::option::Option::None,
                }
            }

            #status

            #is_internal
        }
    }
}

fn match_self(cases: &[Case], arms: impl Iterator<Item = TokenStream>) -> TokenStream {
    if cases.is_empty() { quote!(match *self {}) } else { quote!(match self { #(#arms)* }) }
}

fn code(case: &Case) -> TokenStream {
    let Case { path, .. } = case;
    let code = if case.internal { "internal_error" } else { &case.code };
    quote!(#path { .. } => #code,)
}

/// Output: `Self::PlayerNotFound { player_id: value_0 } => Some({ .. push_field(value_0, "playerId", fields); .. }),`
fn metadata(case: &Case, krate: &Path) -> TokenStream {
    let Case { path, internal, shape, .. } = case;
    match shape {
        _ if *internal => quote!(#path { .. } => ::core::option::Option::None,),
        Shape::Unit => quote!(#path => ::core::option::Option::None,),
        Shape::Newtype(ty) => {
            let whole = field_call(ty, &quote!(write_whole(value)), krate);
            quote!(#path(value) => ::core::option::Option::Some(#whole),)
        }
        Shape::Tuple(types) => {
            let (names, count) = (numbered(types.len()), types.len());
            let pushes = types
                .iter()
                .zip(&names)
                .map(|(ty, name)| field_call(ty, &quote!(push_element(#name, &mut fields)), krate));
            quote!(#path(#(#names),*) => ::core::option::Option::Some({
                let mut fields = #krate::__private::ListedFields::new(#count);
                #(#pushes;)*
                fields.finish()
            }),)
        }
        Shape::Struct(fields) => {
            let (names, count) = (numbered(fields.len()), fields.len());
            let pushes = fields.iter().zip(&names).map(|(Field { wire, ty, .. }, name)| {
                field_call(ty, &quote!(push_field(#name, #wire, &mut fields)), krate)
            });
            let fields = fields.iter().map(|field| &field.name);
            quote!(#path { #(#fields: #names),* } => ::core::option::Option::Some({
                let mut fields = #krate::__private::NamedFields::new(#count);
                #(#pushes;)*
                fields.finish()
            }),)
        }
    }
}

/// Output: `"player_not_found" => Some(Self::PlayerNotFound { player_id: field(metadata, "playerId")? }),`
fn restore(case: &Case, krate: &Path) -> TokenStream {
    let Case { path, code, shape, .. } = case;
    let value = match shape {
        Shape::Unit => quote!(#path),
        Shape::Newtype(ty) => {
            let value = from_value(ty, &quote!(whole(metadata)), krate);
            quote!(#path(#value))
        }
        Shape::Tuple(types) => {
            let values =
                types.iter().enumerate().map(|(i, ty)| from_value(ty, &quote!(element(metadata, #i)), krate));
            quote!(#path(#(#values),*))
        }
        Shape::Struct(fields) => {
            let fields = fields.iter().map(|Field { name, wire, ty }| {
                let value = from_value(ty, &quote!(field(metadata, #wire)), krate);
                quote!(#name: #value)
            });
            quote!(#path { #(#fields),* })
        }
    };
    quote!(#code => ::core::option::Option::Some(#value),)
}

fn from_value(ty: &Type, call: &TokenStream, krate: &Path) -> TokenStream {
    let value = field_call(ty, call, krate);
    quote!(#value?)
}

/// An error about the field's type points at the type.
fn field_call(ty: &Type, call: &TokenStream, krate: &Path) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as #krate::__private::ErrorField>::#call)
}

/// `fn status`; nothing if all cases have the default of the trait.
fn status(cases: &[Case], krate: &Path) -> Option<TokenStream> {
    const DEFAULT: u16 = 400;
    cases.iter().any(|case| case.status.is_some()).then(|| {
        let arms = cases.iter().map(|Case { path, status, .. }| {
            let status = status.unwrap_or(DEFAULT);
            quote!(#path { .. } => #status,)
        });
        let status = match_self(cases, arms);
        quote! {
            fn status(&self) -> #krate::__private::StatusCode {
                #krate::__private::status(#status)
            }
        }
    })
}

/// `fn is_internal`; nothing if no case is.
fn is_internal(cases: &[Case]) -> Option<TokenStream> {
    let internal: Vec<_> = cases.iter().filter(|case| case.internal).map(|case| &case.path).collect();
    (!internal.is_empty()).then(|| {
        quote! {
            fn is_internal(&self) -> bool {
                ::core::matches!(self, #(#internal { .. })|*)
            }
        }
    })
}

/// Names for the fields in a pattern.
fn numbered(count: usize) -> Vec<Ident> {
    (0..count).map(|i| format_ident!("value_{i}")).collect()
}
