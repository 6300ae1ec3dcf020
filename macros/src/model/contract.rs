//! What clients see of an actor: its names, its actions, its events, its queues.

use proc_macro2::TokenStream;
use quote::format_ident;
use syn::{Attribute, Ident, Path, Type, Visibility};

use super::{Action, Event, Queue, Scope, check, name, owned};
use crate::syntax::Options;

/// Everything that the contract and the clients are generated from.
#[derive(Debug)]
pub(crate) struct Contract {
    pub(crate) names: Names,
    /// The type that implements `Contract`: the actor, or an enum without variants beside a trait.
    pub(crate) ty: Type,
    /// Its name on the wire.
    pub(crate) wire: String,
    /// The path of the crate callboard.
    pub(crate) krate: Path,
    /// The visibility of the generated types.
    pub(crate) vis: Visibility,
    /// The `cfg`s on the whole item.
    pub(crate) cfgs: Vec<Attribute>,
    /// Those without errors, which are dispatched.
    pub(crate) actions: Vec<Action>,
    /// Those with errors, which only have a stub.
    pub(crate) broken: Vec<Action>,
    pub(crate) events: Vec<Event>,
    pub(crate) queues: Vec<Queue>,
    /// The type of the params; `None` if there are none.
    pub(crate) params: Option<TokenStream>,
    /// The type of the creation input; `None` if there is none.
    pub(crate) input: Option<TokenStream>,
}

/// The names of the generated types.
#[derive(Debug)]
pub(crate) struct Names {
    /// The type that implements `Contract`.
    pub(crate) contract: Ident,
    pub(crate) action: Ident,
    pub(crate) reply: Ident,
    pub(crate) event: Ident,
    pub(crate) handle: Ident,
    pub(crate) conn: Ident,
    pub(crate) listener: Ident,
}

impl Names {
    /// The names that are made of the actor's.
    pub(super) fn of(name: &Ident, contract: Ident) -> Self {
        let made = |suffix| format_ident!("{name}{suffix}", span = name.span());
        Self {
            contract,
            action: made("Action"),
            reply: made("Reply"),
            event: made("Event"),
            handle: made("Handle"),
            conn: made("Conn"),
            listener: made("Listener"),
        }
    }
}

impl Contract {
    /// The contract with these actions, and with what is in the arguments of `#[actor]`.
    pub(super) fn of(
        names: Names,
        mut actions: Vec<Action>,
        options: Options,
        cfgs: Vec<Attribute>,
        scope: Scope<'_>,
    ) -> Self {
        let events = options.events.iter().filter_map(|entry| Event::of(entry, scope)).collect();
        let queues = options.queues.iter().filter_map(|entry| Queue::of(entry, scope)).collect();
        check::actions(&mut actions, scope.name, scope.errors);
        let (broken, actions) = actions.into_iter().partition(|action| action.is_broken);
        Self {
            names,
            ty: scope.self_ty.clone(),
            wire: options.name.map_or_else(|| name::wire(scope.name), |name| name.value()),
            krate: options.krate.unwrap_or_else(|| syn::parse_quote!(::callboard)),
            vis: options.vis.unwrap_or_else(|| syn::parse_quote!(pub)),
            cfgs,
            actions,
            broken,
            events: check::events(events, scope.errors),
            queues: check::queues(queues, scope.errors),
            params: options
                .params
                .as_ref()
                .map(|ty| owned::owned_type(ty, "the params come from a client", scope)),
            input: options
                .input
                .as_ref()
                .map(|ty| owned::owned_type(ty, "the input comes from a client", scope)),
        }
    }
}
