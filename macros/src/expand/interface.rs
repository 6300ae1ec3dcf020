//! A contract that is a trait: the trait, the type that implements `Contract`, and the dispatch to the trait's methods.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

use super::dispatch::{self, Callee};
use crate::model::{ForwardedAttrs, Interface, Mode};

/// `enum ChatRoomContract`
pub(super) fn marker(interface: &Interface) -> TokenStream {
    let Interface { name, attrs, vis, contract, .. } = interface;
    let marker = &contract.names.contract;
    let docs = format!(
        " The contract `{name}`, as clients name it: `client.get_or_create::<{marker}>(key)`. Made by `#[actor]`."
    );
    let ForwardedAttrs { docs: more, .. } = ForwardedAttrs::of(attrs);
    let more = (!more.is_empty()).then(|| quote!(#[doc = ""] #(#more)*));
    quote! {
        #[doc = #docs]
        #more
        #[derive(::core::fmt::Debug)]
        #[allow(unreachable_pub)]
        #vis enum #marker {}
    }
}

/// `trait ChatRoom`
pub(super) fn item(interface: &Interface) -> TokenStream {
    let Interface { name, attrs, vis, methods, contract } = interface;
    let (krate, ty) = (&contract.krate, &contract.ty);
    let otherwise = format!("What an actor does that clients know as [`{}`].", contract.names.contract);
    let attrs_and_docs = documented(attrs, &otherwise);
    let methods = methods.iter().map(|method| {
        let mut bare = method.clone();
        bare.attrs.clear();
        let attrs = documented(&method.attrs, &format!("The action `{}`.", method.sig.ident));
        quote!(#attrs #bare)
    });
    quote! {
        #attrs_and_docs
        #[allow(unreachable_pub, private_interfaces, clippy::too_many_arguments)]
        #vis trait #name: #krate::__private::AnnotatedWithActor<#ty> {
            #(#methods)*
        }
    }
}

/// The user's attributes, with this line if they have no docs. `cfg` is not left out: it is harmless twice.
fn documented(attrs: &[syn::Attribute], otherwise: &str) -> TokenStream {
    let docs = ForwardedAttrs::of(attrs).docs_or(otherwise);
    let others = attrs.iter().filter(|attr| !attr.path().is_ident("doc"));
    quote!(#docs #(#others)*)
}

/// The dispatch for every actor that implements the trait.
pub(super) fn dispatch(interface: &Interface) -> TokenStream {
    let Interface { name, contract, .. } = interface;
    let (krate, ty) = (&contract.krate, &contract.ty);
    let actor = Ident::new("__Actor", Span::call_site());
    let callee = Callee::Of { actor: &actor, name };
    let functions = Mode::ALL.iter().filter_map(|mode| dispatch::function(*mode, callee, contract));
    let docs = format!(" How actions reach the actors that implement [`{name}`]. Made by `#[actor]`.");
    quote! {
        #[doc = #docs]
        #[allow(deprecated)]
        impl<#actor> #krate::__private::Dispatch<#actor> for #ty
        where
            #actor: #name + #krate::Actor<Contract = #ty>,
        {
            #(#functions)*
        }
    }
}
