//! The reply enum: what every action returns.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Ident, Path, ext::IdentExt, spanned::Spanned};

use super::{
    decode::decode_by_action,
    span::{local, located},
    variants::Variants,
};
use crate::model::{Action, Contract, Output};

/// The enum, and its implementation of `Reply`.
pub(super) fn items(contract: &Contract) -> impl Iterator<Item = TokenStream> {
    [enumeration(contract), debug(contract)]
        .into_iter()
        .chain(error_kinds(contract))
        .chain([implementation(contract)])
}

fn enumeration(contract: &Contract) -> TokenStream {
    let name = &contract.names.reply;
    let vis = &contract.vis;
    let docs = format!(
        " Every reply of [`{}`], one variant per action. Made by `#[actor]`.",
        contract.names.contract
    );
    let variants = contract.actions.iter().map(|action| {
        let Action { variant, attrs, .. } = action;
        let cfgs = &attrs.cfgs;
        let docs = format!(" What `{}` answers with.", action.method);
        let result = result_type(action, contract);
        quote!(#(#cfgs)* #[doc = #docs] #variant(#result),)
    });
    quote! {
        #[doc = #docs]
        #[allow(unreachable_pub, private_interfaces)]
        #vis enum #name {
            #(#variants)*
        }
    }
}

fn debug(contract: &Contract) -> TokenStream {
    let names = contract.actions.iter().map(|action| {
        let Action { variant, attrs, wire, .. } = action;
        (attrs.cfgs.as_slice(), variant, wire.as_str())
    });
    let docs = "The action's name alone: answers may be secret.";
    debug_by_name(&contract.names.reply, docs, Variants::of_actions(contract), names)
}

/// A `Debug` that shows a name and nothing else.
pub(super) fn debug_by_name<'a>(
    ty: &Ident,
    docs: &str,
    variants: Variants,
    names: impl Iterator<Item = (&'a [Attribute], &'a Ident, &'a str)>,
) -> TokenStream {
    let docs = format!(" {docs}");
    let f = local("f");
    let body = variants.match_self(
        names.map(|(cfgs, variant, name)| quote!(#(#cfgs)* Self::#variant(_) => #f.write_str(#name),)),
    );
    quote! {
        #[doc = #docs]
        impl ::core::fmt::Debug for #ty {
            fn fmt(&self, #f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #body
            }
        }
    }
}

/// `Result<T, CallError<E>>`: what a call of the action gives.
pub(super) fn result_type(action: &Action, contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let ok = action.output.ok(krate);
    let err = action.output.err(krate).map(|err| quote!(<#err>));
    quote!(::core::result::Result<#ok, #krate::CallError #err>)
}

/// How the errors of each action are encoded. In one function for each, so that the compiler reports a wrong type once.
fn error_kinds(contract: &Contract) -> Option<TokenStream> {
    let name = &contract.names.reply;
    let kinds: Vec<_> =
        contract.actions.iter().filter_map(|action| error_kind_function(action, contract)).collect();
    (!kinds.is_empty()).then(|| {
        quote! {
            /// How the errors of each action cross the wire.
            impl #name {
                #(#kinds)*
            }
        }
    })
}

fn error_kind_function(action: &Action, contract: &Contract) -> Option<TokenStream> {
    let krate = &contract.krate;
    let err = action.output.err(krate)?;
    let cfgs = &action.attrs.cfgs;
    let function = error_kind_name(action);
    let kind = output_error_kind(&action.output, krate);
    Some(quote! {
        #(#cfgs)*
        fn #function() -> #krate::__private::ErrorKind<#err> {
            #kind
        }
    })
}

fn error_kind_name(action: &Action) -> Ident {
    format_ident!("{}_errors", action.method.unraw(), span = local("errors").span())
}

/// How the errors of an action are encoded.
pub(super) fn error_kind(action: &Action, contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let reply = &contract.names.reply;
    if !action.output.is_result() {
        return quote!(#krate::__private::never());
    }
    let function = error_kind_name(action);
    quote!(#reply::#function())
}

/// How the errors of any method are encoded, by its return type.
pub(super) fn output_error_kind(output: &Output, krate: &Path) -> TokenStream {
    match output.err(krate) {
        None => quote!(#krate::__private::never()),
        Some(err) => located(quote!(#krate::__error_kind!(#err)), err.span()),
    }
}

fn implementation(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let name = &contract.names.reply;
    let encode = encode(contract);
    let decode = decode(contract);
    quote! {
        /// How each answer is written and read. Made by `#[actor]`.
        impl #krate::contract::Reply for #name {
            #encode
            #decode
        }
    }
}

fn encode(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let (output, result) = (local("output"), local("result"));
    let arms = contract.actions.iter().map(|action| {
        let Action { variant, attrs, .. } = action;
        let cfgs = &attrs.cfgs;
        let ok = action.output.ok(krate);
        let kind = error_kind(action, contract);
        let write = quote_spanned!(ok.span()=> <#ok as #krate::Payload>::write(#result, #output, #kind));
        quote!(#(#cfgs)* Self::#variant(#result) => #write,)
    });
    let body = Variants::of_actions(contract).match_self(arms);
    quote! {
        fn encode(&self, #output: &mut #krate::wire::Output) -> ::core::result::Result<(), #krate::wire::EncodeError> {
            #body
        }
    }
}

fn decode(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let outcome = local("outcome");
    let parameter = quote!(#outcome: #krate::wire::Outcome<'_>);
    decode_by_action(contract, &parameter, |action| {
        let ok = action.output.ok(krate);
        let kind = error_kind(action, contract);
        let read = quote_spanned!(ok.span()=> <#ok as #krate::Payload>::read(#outcome, #kind)?);
        quote!((#read))
    })
}
