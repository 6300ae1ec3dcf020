//! The action enum: every action as a value.

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ext::IdentExt, spanned::Spanned};

use super::{decode::decode_by_action, span::local, variants::Variants};
use crate::model::{Action, Argument, Contract, Mode};

/// The enum, its table, and its implementation of `Action`.
pub(super) fn items(contract: &Contract) -> [TokenStream; 4] {
    [enumeration(contract), debug(contract), table(contract), implementation(contract)]
}

fn enumeration(contract: &Contract) -> TokenStream {
    let name = &contract.names.action;
    let vis = &contract.vis;
    let docs = format!(" Every action of [`{}`], as a value. Made by `#[actor]`.", contract.names.contract);
    let variants = contract.actions.iter().map(|action| variant(action, contract));
    quote! {
        #[doc = #docs]
        #[allow(unreachable_pub, private_interfaces)]
        #vis enum #name {
            #(#variants)*
        }
    }
}

fn variant(action: &Action, contract: &Contract) -> TokenStream {
    let Action { variant, attrs, .. } = action;
    let cfgs = &attrs.cfgs;
    let deprecated = &attrs.deprecated;
    let docs = attrs.docs_or(&format!("The action `{}`.", action.method));
    let fields = action.arguments.iter().map(|Argument { name, ty, .. }| {
        let docs = format!(" The argument `{name}`.");
        quote!(#[doc = #docs] #name: #ty,)
    });
    let conn = action.conn_field().map(|name| {
        let krate = &contract.krate;
        quote! {
            /// The action needs the connection that calls it, so nobody else can make it: it cannot be scheduled.
            #[allow(dead_code)]
            #name: #krate::contract::NeedsConn,
        }
    });
    quote!(#(#cfgs)* #docs #(#deprecated)* #variant { #(#fields)* #conn },)
}

fn debug(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let name = &contract.names.action;
    let f = local("f");
    quote! {
        /// The action's name alone: arguments may be secret.
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, #f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #krate::__private::debug_action(self, #f)
            }
        }
    }
}

/// A constant for each action, so that a `cfg` on the action can be on its row of the table.
fn table(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let name = &contract.names.action;
    let rows = contract.actions.iter().map(|action| {
        let cfgs = &action.attrs.cfgs;
        let constant = row_name(action);
        let row = row(action, contract);
        quote! {
            #(#cfgs)*
            const #constant: &'static #krate::contract::ActionInfo = &#row;
        }
    });
    quote! {
        /// What is known about each action: the rows of the table.
        impl #name {
            #(#rows)*
        }
    }
}

fn row_name(action: &Action) -> Ident {
    format_ident!(
        "{}_INFO",
        action.method.unraw().to_string().to_shouty_snake_case(),
        span = local("row").span()
    )
}

fn row(action: &Action, contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let Action { wire, mode, .. } = action;
    let method = action.method.unraw().to_string();
    let output = &action.output.type_text;
    let mode = mode_path(*mode, krate);
    let args = action
        .arguments
        .iter()
        .map(|Argument { wire, type_text, .. }| quote!(#krate::contract::ArgInfo::new(#wire, #type_text)));
    let with_conn = action.conn.then(|| quote!(.with_conn()));
    quote!(#krate::contract::ActionInfo::new(#wire, #method, &[#(#args),*], #output, #mode) #with_conn)
}

pub(super) fn mode_path(mode: Mode, krate: &syn::Path) -> TokenStream {
    match mode {
        Mode::Read => quote!(#krate::contract::Mode::Read),
        Mode::ReadAsync => quote!(#krate::contract::Mode::ReadAsync),
        Mode::Write => quote!(#krate::contract::Mode::Write),
        Mode::WriteAsync => quote!(#krate::contract::Mode::WriteAsync),
    }
}

fn implementation(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let name = &contract.names.action;
    let reply = &contract.names.reply;
    let rows = contract.actions.iter().map(|action| {
        let cfgs = &action.attrs.cfgs;
        let constant = row_name(action);
        quote!(#(#cfgs)* Self::#constant)
    });
    let info = info(contract);
    let encode = encode(contract);
    let decode = decode(contract);
    quote! {
        /// The table of actions, and how each is written and read. Made by `#[actor]`.
        #[allow(deprecated)]
        impl #krate::contract::Action for #name {
            const TABLE: &'static [&'static #krate::contract::ActionInfo] = &[#(#rows),*];
            type Reply = #reply;
            #info
            #encode
            #decode
        }
    }
}

fn info(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let arms = contract.actions.iter().map(|action| {
        let Action { variant, attrs, .. } = action;
        let cfgs = &attrs.cfgs;
        let constant = row_name(action);
        quote!(#(#cfgs)* Self::#variant { .. } => Self::#constant,)
    });
    let body = Variants::of_actions(contract).match_self(arms);
    quote! {
        fn info(&self) -> &'static #krate::contract::ActionInfo {
            #body
        }
    }
}

fn encode(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let args = local("args");
    let arms = contract.actions.iter().map(|action| {
        let Action { variant, attrs, arguments, .. } = action;
        let cfgs = &attrs.cfgs;
        let names = arguments.iter().map(|argument| &argument.name);
        let pushes = arguments.iter().map(|Argument { name, ty, .. }| {
            quote_spanned!(ty.span()=> <#ty as #krate::Payload>::push(#name, #args)?;)
        });
        let rest = action.conn.then(|| quote!(..));
        quote!(#(#cfgs)* Self::#variant { #(#names,)* #rest } => { #(#pushes)* })
    });
    let ok = quote!(::core::result::Result::Ok(()));
    let variants = Variants::of_actions(contract);
    let body = variants.match_self(arms);
    let body = if variants == Variants::None { body } else { quote!(#body #ok) };
    let allow = variants.allow();
    quote! {
        #allow
        fn encode(&self, #args: &mut #krate::wire::ArgsWriter) -> ::core::result::Result<(), #krate::wire::EncodeError> {
            #body
        }
    }
}

fn decode(contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let args = local("args");
    let parameter = quote!(#args: &mut #krate::wire::ArgsReader<'_>);
    decode_by_action(contract, &parameter, |action| {
        let fields = action.arguments.iter().map(|Argument { name, ty, .. }| {
            let value = quote_spanned!(ty.span()=> <#ty as #krate::Payload>::next(#args)?);
            quote!(#name: #value,)
        });
        let conn = conn_value(action, krate);
        quote!({ #(#fields)* #conn })
    })
}

/// `conn: needs_conn(),` for an action that needs a connection.
pub(super) fn conn_value(action: &Action, krate: &syn::Path) -> Option<TokenStream> {
    let name = action.conn_field()?;
    Some(quote!(#name: #krate::__private::needs_conn(),))
}
