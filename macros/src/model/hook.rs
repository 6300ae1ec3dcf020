//! The hooks: methods that the framework calls at points of an actor's life.

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, Meta, PatType, Signature, Type};

use super::{
    Carried, Check, Life, Mode, Output, Raw, Scope, Subscribe,
    action::check_signature,
    owned,
    parameter::{Parameters, lends_caller},
};
use crate::{marker::Marker, syntax::Method};

/// Every hook that the block has.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    pub(crate) create: Option<Creator>,
    pub(crate) before_connect: Option<Hook>,
    /// The other form of it, without `self`, which is asked before there is an actor.
    pub(crate) before_actor: Option<Check>,
    pub(crate) on_connect: Option<Hook>,
    pub(crate) on_disconnect: Option<Hook>,
    /// Those that are asked who may listen, each about other events.
    pub(crate) subscribe: Vec<Subscribe>,
    pub(crate) life: Life,
    pub(crate) raw: Raw,
}

/// A hook that is a method of the actor.
#[derive(Debug)]
pub(crate) struct Hook {
    pub(crate) method: Ident,
    pub(crate) carried: Carried,
    pub(crate) mode: Mode,
    pub(crate) ctx: bool,
    pub(crate) conn: bool,
    /// The type of the params, for the hook that takes them.
    pub(crate) params: Option<TokenStream>,
    pub(crate) output: Output,
    pub(crate) is_broken: bool,
}

/// `#[on_create]`: the function that makes the first state.
#[derive(Debug)]
pub(crate) struct Creator {
    pub(crate) function: Ident,
    pub(crate) is_async: bool,
    pub(crate) ctx: bool,
    pub(crate) input: Option<TokenStream>,
    pub(crate) output: Output,
    pub(crate) is_broken: bool,
}

impl Hooks {
    /// Takes a method as the hook that its attribute names.
    pub(crate) fn add(&mut self, marker: Marker, attr: &Attribute, method: &Method, scope: Scope<'_>) {
        let is_beside = method.sig.receiver().is_none();
        let is_taken = match marker {
            Marker::OnCreate => self.create.is_some(),
            Marker::OnBeforeConnect if is_beside => self.before_actor.is_some(),
            Marker::OnBeforeConnect => self.before_connect.is_some(),
            Marker::OnConnect => self.on_connect.is_some(),
            Marker::OnDisconnect => self.on_disconnect.is_some(),
            Marker::OnSubscribe => false,
            Marker::OnRequest | Marker::OnWebsocket => self.raw.has(marker),
            _ => self.life.has(marker),
        };
        let name = marker.name();
        if is_taken {
            let form = match marker {
                Marker::OnBeforeConnect if is_beside => " without `self`",
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
            Marker::OnCreate => self.create = Some(Creator::of(method, scope)),
            Marker::OnBeforeConnect if is_beside => self.before_actor = Some(Check::of(method, scope)),
            Marker::OnBeforeConnect => self.before_connect = Some(Hook::before_connect(method, scope)),
            Marker::OnConnect => self.on_connect = Some(Hook::of_connection(method, name, scope)),
            Marker::OnDisconnect => self.on_disconnect = Some(Hook::of_connection(method, name, scope)),
            Marker::OnSubscribe => {
                self.subscribe.push(Subscribe::of(method, attr, &self.subscribe, scope));
            }
            Marker::OnRequest | Marker::OnWebsocket => self.raw.add(marker, attr, method, scope),
            _ => self.life.add(marker, method, scope),
        }
    }
}

impl Hooks {
    /// What is wrong with the two forms of `#[on_before_connect]` together: one of them makes a connection's state.
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

    /// The type of the params, as the hook says that takes them.
    pub(crate) fn params(&self) -> Option<&TokenStream> {
        let with_self = self.before_connect.as_ref().and_then(|hook| hook.params.as_ref());
        with_self.or_else(|| self.before_actor.as_ref().and_then(|check| check.params.as_ref()))
    }
}

impl Hook {
    /// `async fn admit(&mut self, ctx: &Ctx<Self>, params: Params) -> Result<ConnState, Error>`
    fn before_connect(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = "the hook `#[on_before_connect]`";
        let (mut hook, values) = Self::begin(method, what, scope);
        if hook.conn {
            let help = "return the state that the connection shall have";
            scope.errors.report(
                &method.sig.inputs,
                format_args!("{what} runs before there is a connection"),
                help,
            );
        }
        check_unconditional(&hook.carried, what, scope);
        if let Some(caller) = values.iter().find(|value| lends_caller(&value.ty)) {
            let help = "take `ctx: &Ctx<Self>`, which has the key and the claims too, or leave `self` out";
            scope.errors.report(caller, "`Caller` is for the hook without `self`", help);
            hook.is_broken = true;
            return hook;
        }
        hook.params = only_value(&values, what, "the params", scope)
            .map(|ty| owned::travelling(ty, "the params come from a client", scope));
        hook.is_broken = errors.has_errors();
        hook
    }

    /// `async fn joined(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> Result<(), Error>`
    pub(super) fn of_connection(method: &Method, name: &str, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = format!("the hook `#[{name}]`");
        let (mut hook, values) = Self::begin(method, &what, scope);
        for value in values {
            let help =
                "what a client passes is in `conn.params()`, what the actor remembers in `conn.state()`";
            scope.errors.report(
                value,
                format_args!("{what} takes the context and the connection, and nothing else"),
                help,
            );
        }
        hook.is_broken = errors.has_errors();
        hook
    }

    pub(super) fn begin<'a>(method: &'a Method, what: &str, scope: Scope<'_>) -> (Self, Vec<&'a PatType>) {
        let sig = &method.sig;
        check_signature(sig, what, scope);
        let mode = Mode::of(sig, what, scope);
        let Parameters { ctx, conn, values } = Parameters::of(sig, scope);
        let hook = Self {
            method: sig.ident.clone(),
            carried: Carried::of(&method.attrs),
            mode: mode.unwrap_or(Mode::Write),
            ctx,
            conn,
            params: None,
            output: Output::of(&sig.output, "what a hook returns outlives it", scope),
            is_broken: false,
        };
        (hook, values)
    }
}

impl Creator {
    /// `async fn create(ctx: &Ctx<Self>, input: Input) -> Result<Self, Error>`
    fn of(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = "the hook `#[on_create]`";
        let sig = &method.sig;
        check_signature(sig, what, scope);
        check_no_receiver(sig, what, scope);
        check_unconditional(&Carried::of(&method.attrs), what, scope);
        let Parameters { ctx, conn, values } = Parameters::of(sig, scope);
        if conn {
            scope.errors.report(
                &sig.inputs,
                format_args!("{what} runs before there is a connection"),
                "remove it",
            );
        }
        let input = only_value(&values, what, "the input", scope)
            .map(|ty| owned::travelling(ty, "the input comes from a client", scope));
        Self {
            function: sig.ident.clone(),
            is_async: sig.asyncness.is_some(),
            ctx,
            input,
            output: Output::of(&sig.output, "the actor outlives the hook", scope),
            is_broken: errors.has_errors(),
        }
    }
}

/// Most hooks take none; one that is not looked at would seem to do something.
fn check_arguments(marker: Marker, attr: &Attribute, scope: Scope<'_>) {
    let name = marker.name();
    if !matches!(marker, Marker::OnSubscribe | Marker::OnRequest) && !matches!(attr.meta, Meta::Path(_)) {
        let help = format_args!("write `#[{name}]`");
        scope.errors.report(attr, format_args!("the hook `#[{name}]` takes no arguments"), help);
    }
}

fn check_no_receiver(sig: &Signature, what: &str, scope: Scope<'_>) {
    if let Some(receiver) = sig.receiver() {
        let help = "remove `self`, and return `Self`";
        scope.errors.report(
            receiver,
            format_args!("{what} makes the actor, so there is no `self` yet"),
            help,
        );
    }
}

pub(super) fn check_unconditional(carried: &Carried, what: &str, scope: Scope<'_>) {
    if let Some(cfg) = carried.cfgs.first() {
        let help = "put the `cfg` on statements in its body";
        scope.errors.report(
            cfg,
            format_args!("{what} decides about types of the contract, so it cannot be conditional"),
            help,
        );
    }
}

/// The one parameter beside the context.
pub(super) fn only_value<'a>(
    values: &[&'a PatType],
    what: &str,
    role: &str,
    scope: Scope<'_>,
) -> Option<&'a Type> {
    for extra in values.iter().skip(1) {
        let help = "make one struct of them";
        scope.errors.report(extra, format_args!("{what} takes one value, {role}, and this is another"), help);
    }
    values.first().map(|value| &*value.ty)
}
