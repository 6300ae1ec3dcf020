//! The whole block: the actor, its actions, its events, its hooks.

use proc_macro2::TokenStream;
use quote::format_ident;
use syn::{Attribute, Ident, Path, Type, Visibility};

use super::{Action, Carried, Event, Hooks, Scope, check, name};
use crate::{
    marker::Marker,
    mistakes::Mistakes,
    syntax::{Block, Method, Options, Settings},
};

/// Everything that expansion needs to know.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) names: Names,
    pub(crate) ty: Type,
    /// Its name on the wire.
    pub(crate) wire: String,
    /// Where callboard is.
    pub(crate) krate: Path,
    /// How visible the generated types are.
    pub(crate) vis: Visibility,
    /// Whether its state is never saved.
    pub(crate) ephemeral: bool,
    /// How it lives.
    pub(crate) settings: Settings,
    /// The conditions on the whole block.
    pub(crate) cfgs: Vec<Attribute>,
    /// Those that are right, and so are dispatched.
    pub(crate) actions: Vec<Action>,
    /// Those with a mistake in them.
    pub(crate) broken: Vec<Action>,
    pub(crate) events: Vec<Event>,
    pub(crate) hooks: Hooks,
}

/// What the generated types are called.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) actor: Ident,
    pub(crate) action: Ident,
    pub(crate) reply: Ident,
    pub(crate) event: Ident,
    pub(crate) handle: Ident,
    pub(crate) conn: Ident,
    pub(crate) listener: Ident,
}

impl Names {
    fn of(actor: &Ident) -> Self {
        let made = |suffix| format_ident!("{actor}{suffix}", span = actor.span());
        Self {
            actor: actor.clone(),
            action: made("Action"),
            reply: made("Reply"),
            event: made("Event"),
            handle: made("Handle"),
            conn: made("Conn"),
            listener: made("Listener"),
        }
    }
}

impl Actor {
    /// The model of a block; `None` where there is nothing to generate for it.
    pub(crate) fn of(block: &mut Block, options: Options, mistakes: &Mistakes) -> Option<Self> {
        let (name, ty) = check::header(block, mistakes)?;
        let scope = Scope { name: &name, self_ty: &ty, mistakes };
        let mut hooks = Hooks::default();
        let mut actions = Vec::new();
        for method in block.methods_mut() {
            match take_marker(method, mistakes) {
                Some((Marker::Action, attr)) => actions.push(Action::of(method, &attr, scope)),
                Some((marker, attr)) => hooks.add(marker, &attr, method, scope),
                None => {}
            }
        }
        let events = options.events.iter().filter_map(|entry| Event::of(entry, scope)).collect();
        check::actions(&mut actions, &name, mistakes);
        let (broken, actions) = actions.into_iter().partition(|action| action.is_broken);
        Some(Self {
            names: Names::of(&name),
            wire: options.name.map_or_else(|| name::wire(&name), |name| name.value()),
            krate: options.krate.unwrap_or_else(|| syn::parse_quote!(::callboard)),
            vis: options.vis.unwrap_or_else(|| syn::parse_quote!(pub)),
            ephemeral: options.ephemeral,
            settings: options.settings,
            cfgs: Carried::of(&block.attrs).cfgs,
            actions,
            broken,
            events: check::events(events, mistakes),
            hooks,
            ty,
        })
    }

    /// The type of the params, `()` where there are none.
    pub(crate) fn params(&self) -> Option<&TokenStream> {
        self.hooks.before_connect.as_ref()?.params.as_ref()
    }

    /// The type of the creation input, `()` where there is none.
    pub(crate) fn input(&self) -> Option<&TokenStream> {
        self.hooks.create.as_ref()?.input.as_ref()
    }
}

/// Takes our attribute off a method.
fn take_marker(method: &mut Method, mistakes: &Mistakes) -> Option<(Marker, Attribute)> {
    let mut found: Option<(Marker, Attribute)> = None;
    for attr in std::mem::take(&mut method.attrs) {
        let Some(marker) = Marker::of(&attr).or_else(|| misspelt(&attr, mistakes)) else {
            method.attrs.push(attr);
            continue;
        };
        if let Some((first, _)) = &found {
            let first = first.name();
            mistakes.at(
                &attr,
                format_args!("this method is `#[{first}]` already"),
                "write a method for each",
            );
        } else {
            found = Some((marker, attr));
        }
    }
    found
}

fn misspelt(attr: &Attribute, mistakes: &Mistakes) -> Option<Marker> {
    let marker = Marker::meant(attr)?;
    let name = marker.name();
    let written = crate::written::written(attr.path());
    mistakes.at(
        attr.path(),
        format_args!("there is no attribute `{written}`"),
        format_args!("did you mean `{name}`?"),
    );
    Some(marker)
}
