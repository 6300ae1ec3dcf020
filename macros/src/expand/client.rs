//! The clients: `ChatRoomHandle` and `ChatRoomConn`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

use super::{action::conn_value, listener, reply::result_type, span::local};
use crate::model::{Action, Argument, Contract, Names, is_reserved};

/// Both clients, each with a stub for every action.
pub(super) fn items(contract: &Contract) -> Vec<TokenStream> {
    let Names { contract: name, handle, conn, .. } = &contract.names;
    let krate = &contract.krate;
    let connect = connect(contract);
    let handle_stubs = contract
        .actions
        .iter()
        .map(|action| if action.conn { connected_stub(action, contract) } else { stub(action, contract) });
    let conn_stubs = contract.actions.iter().map(|action| stub(action, contract));
    let mut items = wrapper(
        handle,
        &quote!(#krate::Handle),
        &format!(" Calls [`{name}`] without a connection. Made by `#[actor]`."),
        contract,
    );
    items.push(stubs(handle, handle_stubs, Some(&connect), contract));
    items.extend(wrapper(
        conn,
        &quote!(#krate::Connection),
        &format!(" A connection to [`{name}`]: calls, and events as they come. Made by `#[actor]`."),
        contract,
    ));
    items.push(stubs(conn, conn_stubs, listener::listen(contract).as_ref(), contract));
    items
}

/// The type, and the traits by which it is made of the type that it wraps, and gives access to it.
///
/// The actor is only the default of a type parameter, so the client can be `pub` and the actor private.
fn wrapper(name: &Ident, inner: &TokenStream, docs: &str, contract: &Contract) -> Vec<TokenStream> {
    let Contract { krate, ty, vis, .. } = contract;
    let (other, f) = (local("inner"), local("f"));
    vec![
        quote! {
            #[doc = #docs]
            #[allow(unreachable_pub, private_interfaces, private_bounds)]
            #vis struct #name<C: #krate::Contract = #ty>(#inner<C>);
        },
        quote! {
            impl ::core::clone::Clone for #name {
                fn clone(&self) -> Self {
                    Self(::core::clone::Clone::clone(&self.0))
                }
            }
        },
        quote! {
            impl ::core::fmt::Debug for #name {
                fn fmt(&self, #f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Debug::fmt(&self.0, #f)
                }
            }
        },
        quote! {
            impl ::core::convert::From<#inner<#ty>> for #name {
                fn from(#other: #inner<#ty>) -> Self {
                    Self(#other)
                }
            }
        },
        quote! {
            impl ::core::ops::Deref for #name {
                type Target = #inner<#ty>;

                fn deref(&self) -> &Self::Target {
                    &self.0
                }
            }
        },
    ]
}

fn stubs(
    name: &Ident,
    stubs: impl Iterator<Item = TokenStream>,
    own: Option<&TokenStream>,
    contract: &Contract,
) -> TokenStream {
    let broken = contract
        .broken
        .iter()
        .filter(|action| !is_reserved(&action.method))
        .map(|action| broken_stub(action, contract));
    quote! {
        /// The actions, as calls. Made by `#[actor]`.
        #[allow(dead_code, deprecated, unreachable_pub, private_interfaces, clippy::too_many_arguments)]
        impl #name {
            #(#stubs)*
            #(#broken)*
            #own
        }
    }
}

/// Input: `async fn send(&mut self, ctx: &Ctx<Self>, text: String) -> Message`
///
/// Output: `async fn send(&self, text: String) -> Result<Message, CallError>`
fn stub(action: &Action, contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let Names { action: action_type, reply, .. } = &contract.names;
    let Action { method, variant, attrs, arguments, .. } = action;
    let result = local("result");
    let cfgs = &attrs.cfgs;
    let deprecated = &attrs.deprecated;
    let docs = attrs.docs_or(&format!("Calls the action `{method}`."));
    let parameters = arguments.iter().map(|Argument { name, ty, .. }| quote!(#name: #ty));
    let names = arguments.iter().map(|argument| &argument.name);
    let conn = conn_value(action, krate);
    let returned = result_type(action, contract);
    let widen = action.output.err(krate).map(|err| quote!(.map_err(#krate::CallError::into_any::<#err>)));
    let rest = rest(contract);
    quote! {
        #(#cfgs)*
        #docs
        #(#deprecated)*
        pub async fn #method(&self, #(#parameters),*) -> #returned {
            match self.0.call(#action_type::#variant { #(#names,)* #conn }).await #widen? {
                #reply::#variant(#result) => #result,
                #rest
            }
        }
    }
}

/// On a handle, a stub for an action that needs the calling connection: to call it is an error that names the
/// connection.
///
/// The error comes from a bound that nothing satisfies. rustc accepts such a bound only if it is for every lifetime.
/// The stub is not an `async fn`, because rustc would report the bound three times.
fn connected_stub(action: &Action, contract: &Contract) -> TokenStream {
    let krate = &contract.krate;
    let Action { method, attrs, arguments, .. } = action;
    let cfgs = &attrs.cfgs;
    let parameters = arguments.iter().map(|Argument { name, ty, .. }| quote!(#name: #ty));
    let returned = result_type(action, contract);
    let bound = quote_spanned!(method.span()=> Self: #krate::__private::HasConnection<'__any>);
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(unused_variables)]
        pub fn #method(&self, #(#parameters),*) -> ::core::future::Ready<#returned>
        where
            for<'__any> #bound,
        {
            ::core::unreachable!()
        }
    }
}

/// The arm for replies of other actions, which no server sends.
fn rest(contract: &Contract) -> Option<TokenStream> {
    let krate = &contract.krate;
    let has_others = contract.actions.len() > 1;
    let others_are_conditional =
        contract.actions.iter().filter(|action| action.attrs.cfgs.is_empty()).count() < 2;
    let allow = others_are_conditional.then(|| quote!(#[allow(unreachable_patterns)]));
    has_others.then(|| quote!(#allow _ => ::core::result::Result::Err(#krate::__private::wrong_reply()),))
}

/// A stub for a broken action. It takes arguments of any type, so that the calls of the action are not errors too.
fn broken_stub(action: &Action, contract: &Contract) -> TokenStream {
    let Action { method, attrs, arguments, .. } = action;
    let cfgs = &attrs.cfgs;
    let docs = attrs.docs_or("This action has a mistake, see the error.");
    let parameters = arguments.iter().map(|argument| {
        let name = &argument.name;
        quote!(#name: impl ::core::marker::Sized)
    });
    let returned = result_type(action, contract);
    quote! {
        #(#cfgs)*
        #docs
        #[allow(unused_variables)]
        pub async fn #method(&self, #(#parameters),*) -> #returned {
            ::core::unreachable!()
        }
    }
}

fn connect(contract: &Contract) -> TokenStream {
    let conn = &contract.names.conn;
    let name = local("params");
    let (parameter, argument) = match &contract.params {
        Some(ty) => (quote!(#name: #ty), quote!(#name)),
        None => (quote!(), quote!(())),
    };
    quote! {
        /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
        pub fn connect(&self, #parameter) -> #conn {
            #conn(self.0.connect_with(#argument))
        }
    }
}
