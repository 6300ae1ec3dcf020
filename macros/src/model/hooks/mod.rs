//! The hooks: methods of the block that the framework calls by itself.
//!
//! [`Hooks`] sorts the annotated methods into the files of this folder, one for each kind of hook, and checks what
//! concerns several of them. A kind that is a method of the actor with the usual parameters is a [`Hook`]; the others
//! have types of their own. Each knows whether an error was found in it (`is_broken`), and then no code is generated
//! for it.

mod before_actor;
mod create;
mod hook;
mod lifecycle;
mod migrate;
mod raw;
mod run;
mod subscribe;

use proc_macro2::TokenStream;
use syn::{Attribute, Meta};

use crate::{marker::Marker, model::Scope, syntax::Method};

pub(crate) use before_actor::BeforeActorHook;
pub(crate) use create::CreateHook;
pub(crate) use hook::Hook;
pub(crate) use lifecycle::Lifecycle;
pub(crate) use migrate::MigrateHook;
pub(crate) use raw::{RawHandler, RawHandlers};
pub(crate) use run::RunHook;
pub(crate) use subscribe::{GuardedEvent, SubscribeHook};

/// The hooks of a block.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    pub(crate) create: Option<CreateHook>,
    pub(crate) before_connect: Option<Hook>,
    /// The other form of it, without `self`, which is called before the actor exists.
    pub(crate) before_actor: Option<BeforeActorHook>,
    pub(crate) on_connect: Option<Hook>,
    pub(crate) on_disconnect: Option<Hook>,
    /// Those that decide who may listen, each for other events.
    pub(crate) subscribe: Vec<SubscribeHook>,
    pub(crate) life: Lifecycle,
    pub(crate) raw: RawHandlers,
}

impl Hooks {
    /// Adds a method as the hook that its attribute names.
    pub(crate) fn add(&mut self, marker: Marker, attr: &Attribute, method: &Method, scope: Scope<'_>) {
        let has_no_self = method.sig.receiver().is_none();
        let is_duplicate = match marker {
            Marker::OnCreate => self.create.is_some(),
            Marker::OnBeforeConnect if has_no_self => self.before_actor.is_some(),
            Marker::OnBeforeConnect => self.before_connect.is_some(),
            Marker::OnConnect => self.on_connect.is_some(),
            Marker::OnDisconnect => self.on_disconnect.is_some(),
            Marker::OnSubscribe => false,
            Marker::OnRequest | Marker::OnWebsocket => self.raw.has(marker),
            _ => self.life.has(marker),
        };
        let name = marker.name();
        if is_duplicate {
            let form = match marker {
                Marker::OnBeforeConnect if has_no_self => " without `self`",
                Marker::OnBeforeConnect => " with `self`",
                _ => "",
            };
            let help = "do both things in one method";
            let what = format_args!("an actor has one `#[{name}]`{form}, and this is the second");
            scope.errors.report(attr, what, help);
            return;
        }
        check_arguments(marker, attr, scope);
        match marker {
            Marker::OnCreate => self.create = Some(CreateHook::of(method, scope)),
            Marker::OnBeforeConnect if has_no_self => {
                self.before_actor = Some(BeforeActorHook::of(method, scope));
            }
            Marker::OnBeforeConnect => self.before_connect = Some(Hook::before_connect(method, scope)),
            Marker::OnConnect => self.on_connect = Some(Hook::of_connection(method, name, scope)),
            Marker::OnDisconnect => self.on_disconnect = Some(Hook::of_connection(method, name, scope)),
            Marker::OnSubscribe => {
                self.subscribe.push(SubscribeHook::of(method, attr, &self.subscribe, scope));
            }
            Marker::OnRequest | Marker::OnWebsocket => self.raw.add(marker, attr, method, scope),
            _ => self.life.add(marker, method, scope),
        }
    }
}

impl Hooks {
    /// Checks the two forms of `#[on_before_connect]` together: only one of them may make the state of a connection.
    pub(crate) fn check_both(&mut self, scope: Scope<'_>) {
        if let (Some(check), Some(_)) = (&mut self.before_actor, &self.before_connect)
            && !check.is_broken
            && !check.output.is_unit()
        {
            let help = "return nothing, or a `Result` of nothing: `Result<(), Error>`";
            let what = "the hook `#[on_before_connect]` with `self` makes the connection's state, \
                        so the one without `self` has none to give";
            scope.errors.report(&check.function, what, help);
            check.is_broken = true;
        }
    }

    /// The type of the params: that of the hook that takes them.
    pub(crate) fn params(&self) -> Option<&TokenStream> {
        let with_self = self.before_connect.as_ref().and_then(|hook| hook.params.as_ref());
        with_self.or_else(|| self.before_actor.as_ref().and_then(|check| check.params.as_ref()))
    }
}

/// Reports arguments of an attribute that takes none. If they were ignored, the user would think that they do
/// something.
fn check_arguments(marker: Marker, attr: &Attribute, scope: Scope<'_>) {
    let name = marker.name();
    if !matches!(marker, Marker::OnSubscribe | Marker::OnRequest) && !matches!(attr.meta, Meta::Path(_)) {
        let help = format_args!("write `#[{name}]`");
        scope.errors.report(attr, format_args!("the hook `#[{name}]` takes no arguments"), help);
    }
}
