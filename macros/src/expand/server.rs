//! `impl Actor`: what a server needs to run the actor.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Path, spanned::Spanned};

use super::{
    dispatch::{self, Callee},
    hooks, options,
    span::local,
};
use crate::model::{Actor, Mode, Source};

/// `impl Actor for ChatRoom`
pub(super) fn item(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, .. } = actor;
    let ephemeral = actor.ephemeral;
    let contract = match &actor.source {
        Source::Block(_) => quote!(Self),
        Source::Trait(_) => quote!(__Contract<Self>),
    };
    let state = hooks::conn_state(actor);
    let options = options::item(actor);
    let table = hooks::table(actor);
    let create = hooks::create(actor);
    let storage = storage(actor);
    let dispatchers = dispatchers(actor);
    let hooks = hooks::functions(actor);
    let docs = format!(" How [`{}`] runs. Made by `#[actor]`.", actor.name);
    let implementation = quote! {
        #[doc = #docs]
        #[allow(deprecated)]
        impl #krate::Actor for #ty {
            type Contract = #contract;
            type ConnState = #state;
            const EPHEMERAL: bool = #ephemeral;
            #options
            const HOOKS: #krate::dispatch::Hooks = #table;
            #create
            #storage
            #dispatchers
            #hooks
        }
    };
    match &actor.source {
        Source::Block(_) => implementation,
        Source::Trait(path) => with_contract(path, &implementation),
    }
}

/// The implementation, with an alias for the contract that belongs to the trait. If the trait is not a contract, the
/// alias is an error at the trait's name.
fn with_contract(path: &Path, implementation: &TokenStream) -> TokenStream {
    let found = quote_spanned!(path.span()=> ThisTrait::ContractOfAnActor);
    quote! {
        const _: () = {
            #[allow(type_alias_bounds)]
            type __Contract<ThisTrait: #path> = #found;

            #implementation
        };
    }
}

/// The `dispatch_*` functions: matches over the actions of the block, or calls of those that the trait's contract has.
fn dispatchers(actor: &Actor) -> TokenStream {
    match &actor.source {
        Source::Block(contract) => {
            Mode::ALL.iter().filter_map(|mode| dispatch::function(*mode, Callee::Own, contract)).collect()
        }
        Source::Trait(_) => Mode::ALL.iter().map(|mode| forward(*mode, &actor.krate)).collect(),
    }
}

fn forward(mode: Mode, krate: &Path) -> TokenStream {
    let (ctx, action) = (local("ctx"), local("action"));
    let name = dispatch::function_name(mode);
    let asyncness = mode.is_async().then(|| quote!(async));
    let awaited = mode.is_async().then(|| quote!(.await));
    let borrow = if mode.is_exclusive() { quote!(&mut) } else { quote!(&) };
    quote! {
        #asyncness fn #name(
            #borrow self,
            #ctx: &#krate::Ctx<Self>,
            #action: #krate::dispatch::ActionOf<Self>,
        ) -> #krate::dispatch::ReplyOf<Self> {
            <Self::Contract as #krate::__private::Dispatch<Self>>::#name(self, #ctx, #action) #awaited
        }
    }
}

/// `fn save` and `fn load`. If the state does not implement serde's traits, the error points at the actor's name.
fn storage(actor: &Actor) -> TokenStream {
    let Actor { krate, ty, .. } = actor;
    let bytes = local("bytes");
    let (save, load) = if actor.ephemeral {
        (
            quote!(#krate::__private::ephemeral_save::<Self>()),
            quote!(let _ = #bytes; #krate::__private::ephemeral_load()),
        )
    } else {
        // `self` has the hygiene of the generated function: the type's span may belong to another macro.
        let this = quote!(self);
        let save = quote_spanned!(ty.span()=> <#ty as #krate::__private::SavedState>::save(#this));
        (save, hooks::load(actor))
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
