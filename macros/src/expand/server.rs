//! The part that runs: `impl Actor`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{dispatch, hooks, life, span::local};
use crate::model::{Actor, Mode};

/// `impl Actor for ChatRoom`
pub(super) fn item(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, .. } = actor;
    let ephemeral = actor.ephemeral;
    let state = hooks::conn_state(actor);
    let options = life::options(actor);
    let table = hooks::table(actor);
    let create = hooks::create(actor);
    let storage = storage(actor);
    let dispatchers = Mode::ALL.iter().filter_map(|mode| dispatch::function(*mode, actor));
    let hooks = hooks::functions(actor);
    let docs = format!(" How [`{}`] runs. Made by `#[actor]`.", actor.names.actor);
    quote! {
        #[doc = #docs]
        #[allow(deprecated)]
        impl #krate::Actor for #ty {
            type Contract = Self;
            type ConnState = #state;
            const EPHEMERAL: bool = #ephemeral;
            #options
            const HOOKS: #krate::Hooks = #table;
            #create
            #storage
            #(#dispatchers)*
            #hooks
        }
    }
}

/// How the state is saved; an error about it points at the actor's name.
fn storage(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, .. } = actor;
    let bytes = local("bytes");
    let (save, load) = if actor.ephemeral {
        (
            quote!(#krate::__private::ephemeral_save::<Self>()),
            quote!(let _ = #bytes; #krate::__private::ephemeral_load()),
        )
    } else {
        // `self` belongs to the generated function; the type may come out of another macro than the block.
        let this = quote!(self);
        let save = quote_spanned!(ty.span()=> <#ty as #krate::__private::SavedState>::save(#this));
        (save, life::load(actor))
    };
    quote! {
        fn save(&self) -> ::core::result::Result<::std::vec::Vec<u8>, #krate::store::SaveError> {
            #save
        }

        fn load(#bytes: &[u8]) -> ::core::result::Result<Self, #krate::store::LoadError> {
            #load
        }
    }
}
