//! The hooks of an actor's own life, and of its state.

use proc_macro2::TokenStream;
use syn::{FnArg, Ident, PatType, ReturnType, Signature, Type};

use super::{
    Carried, Hook, Output, Scope,
    action::check_signature,
    hook::only_value,
    owned,
    parameter::{Parameters, names_ctx},
};
use crate::{marker::Marker, syntax::Method};

/// Those that the block has.
#[derive(Debug, Default)]
pub(crate) struct Life {
    pub(crate) on_wake: Option<Hook>,
    pub(crate) on_sleep: Option<Hook>,
    pub(crate) on_destroy: Option<Hook>,
    pub(crate) on_state_change: Option<Hook>,
    pub(crate) run: Option<Runner>,
    pub(crate) on_migrate: Option<Migration>,
}

/// `#[run]`: the function that runs beside the actor's turns.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) function: Ident,
    pub(crate) carried: Carried,
    pub(crate) ctx: bool,
    pub(crate) output: Output,
    pub(crate) is_broken: bool,
}

/// `#[on_migrate]`: the function that makes a state out of an older one.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) function: Ident,
    /// The type of the older state; `None` where it is missing, which is a mistake.
    pub(crate) old: Option<TokenStream>,
    pub(crate) output: Output,
    pub(crate) is_broken: bool,
}

impl Life {
    pub(super) fn has(&self, marker: Marker) -> bool {
        match marker {
            Marker::OnWake => self.on_wake.is_some(),
            Marker::OnSleep => self.on_sleep.is_some(),
            Marker::OnDestroy => self.on_destroy.is_some(),
            Marker::OnStateChange => self.on_state_change.is_some(),
            Marker::Run => self.run.is_some(),
            _ => self.on_migrate.is_some(),
        }
    }

    /// Takes a method as the hook that its attribute names.
    pub(super) fn add(&mut self, marker: Marker, method: &Method, scope: Scope<'_>) {
        let name = marker.name();
        match marker {
            Marker::OnWake => self.on_wake = Some(Hook::of_life(method, name, scope)),
            Marker::OnSleep => self.on_sleep = Some(Hook::of_life(method, name, scope)),
            Marker::OnDestroy => self.on_destroy = Some(Hook::of_life(method, name, scope)),
            Marker::OnStateChange => self.on_state_change = Some(Hook::of_change(method, name, scope)),
            Marker::Run => self.run = Some(Runner::of(method, scope)),
            _ => self.on_migrate = Some(Migration::of(method, scope)),
        }
    }
}

impl Hook {
    /// `async fn woke(&mut self, ctx: &Ctx<Self>) -> Result<(), Error>`
    fn of_life(method: &Method, name: &str, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = format!("the hook `#[{name}]`");
        let mut hook = Self::begin_alone(method, &what, scope);
        if !hook.output.is_result() {
            check_returns_nothing(
                &method.sig,
                &hook.output,
                &format!("{what} returns nothing, or a `Result`"),
                scope,
            );
        }
        hook.is_broken = errors.has_errors();
        hook
    }

    /// `fn changed(&self, ctx: &Ctx<Self>)`
    fn of_change(method: &Method, name: &str, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = format!("the hook `#[{name}]`");
        let mut hook = Self::begin_alone(method, &what, scope);
        if hook.mode.is_exclusive()
            && let Some(receiver) = method.sig.receiver()
        {
            let help = "take `&self`; what follows from a change belongs in the action that makes it";
            scope.errors.report(receiver, format_args!("{what} looks at a change, it makes none"), help);
        }
        if let Some(asyncness) = &method.sig.asyncness {
            let help = "remove `async`; what takes time can go on beside the actor: `ctx.wait_until(..)`";
            scope.errors.report(
                asyncness,
                format_args!("{what} is part of the turn, it does not wait"),
                help,
            );
        }
        check_returns_nothing(&method.sig, &hook.output, &format!("{what} returns nothing"), scope);
        hook.is_broken = errors.has_errors();
        hook
    }

    /// A hook that takes the context, and nothing else.
    fn begin_alone(method: &Method, what: &str, scope: Scope<'_>) -> Self {
        let (hook, values) = Self::begin(method, what, scope);
        if hook.conn {
            let help = "remove it; who is connected is in `ctx.conns()`";
            scope.errors.report(
                &method.sig.inputs,
                format_args!("{what} runs for the actor itself, not for a connection"),
                help,
            );
        }
        nothing_else(&values, what, scope);
        hook
    }
}

impl Runner {
    /// `async fn run(ctx: Ctx<Self>) -> Result<(), Error>`
    fn of(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = "the hook `#[run]`";
        let sig = &method.sig;
        check_signature(sig, what, scope);
        if let Some(receiver) = sig.receiver() {
            let help = "take `ctx: Ctx<Self>`, and change the state in turns: `ctx.turn(|this| ..).await`";
            scope.errors.report(
                receiver,
                format_args!("{what} runs beside the actor's turns, so it has no `self`"),
                help,
            );
        }
        if sig.asyncness.is_none() {
            let help = "make it an `async fn`";
            scope.errors.report(
                sig.fn_token,
                format_args!("{what} runs beside the actor's turns, so it is async"),
                help,
            );
        }
        let ctx = Self::check_parameters(sig, what, scope);
        let output = Output::of(&sig.output, "what a hook returns outlives it", scope);
        if !output.is_result() {
            check_returns_nothing(sig, &output, &format!("{what} returns nothing, or a `Result`"), scope);
        }
        Self {
            function: sig.ident.clone(),
            carried: Carried::of(&method.attrs),
            ctx,
            output,
            is_broken: errors.has_errors(),
        }
    }

    /// Says whether it takes the context, which is its own.
    fn check_parameters(sig: &Signature, what: &str, scope: Scope<'_>) -> bool {
        let parameters: Vec<_> = sig.inputs.iter().filter_map(typed).collect();
        let (ctx, others) = match parameters.as_slice() {
            [first, others @ ..] if names_ctx(&first.ty) => (Some(*first), others),
            others => (None, others),
        };
        if let Some(ctx) = ctx
            && matches!(*ctx.ty, Type::Reference(_))
        {
            let what = format!("{what} outlives the turn that starts it, so its context is its own");
            scope.errors.report(&ctx.ty, what, "write `Ctx<Self>`");
        }
        nothing_else(others, what, scope);
        ctx.is_some()
    }
}

impl Migration {
    /// `fn migrate(old: OldState) -> Result<Self, Error>`
    fn of(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let what = "the hook `#[on_migrate]`";
        let sig = &method.sig;
        check_signature(sig, what, scope);
        if let Some(receiver) = sig.receiver() {
            let help = "remove `self`, take the older state, and return `Self`";
            scope.errors.report(
                receiver,
                format_args!("{what} makes the state, so there is no `self` yet"),
                help,
            );
        }
        if let Some(asyncness) = &sig.asyncness {
            let help = "remove `async`; what takes time belongs in `#[on_wake]`";
            scope.errors.report(
                asyncness,
                format_args!("{what} turns one value into another, it does not wait"),
                help,
            );
        }
        if let Some(cfg) = Carried::of(&method.attrs).cfgs.first() {
            let help = "put the `cfg` on statements in its body";
            scope.errors.report(
                cfg,
                format_args!("{what} decides how saved states are read, so it cannot be conditional"),
                help,
            );
        }
        let Parameters { ctx, conn, values } = Parameters::of(sig, scope);
        if ctx || conn {
            let help = "take the older state alone; what needs the context belongs in `#[on_wake]`";
            scope.errors.report(&sig.inputs, format_args!("{what} runs before the actor is awake"), help);
        }
        if values.is_empty() {
            let help = "take it as it was: `fn migrate(old: OldState) -> Self`";
            scope.errors.report(&sig.ident, format_args!("{what} takes the older state"), help);
        }
        let old = only_value(&values, what, "the older state", scope);
        Self {
            function: sig.ident.clone(),
            old: old.map(|ty| {
                owned::check(ty, "an older state is read from the store", scope);
                scope.outside(ty)
            }),
            output: Output::of(&sig.output, "the actor outlives the hook", scope),
            is_broken: errors.has_errors(),
        }
    }
}

fn typed(input: &FnArg) -> Option<&PatType> {
    match input {
        FnArg::Typed(parameter) => Some(parameter),
        FnArg::Receiver(_) => None,
    }
}

fn nothing_else(values: &[&PatType], what: &str, scope: Scope<'_>) {
    for value in values {
        let help = "remove it; what the hook needs is in the state";
        scope.errors.report(value, format_args!("{what} takes the context, and nothing else"), help);
    }
}

pub(super) fn check_returns_nothing(sig: &Signature, output: &Output, what: &str, scope: Scope<'_>) {
    if let ReturnType::Type(_, ty) = &sig.output
        && (output.is_result() || !output.written.is_empty())
    {
        scope.errors.report(ty, what, "remove it: nobody is there to take it");
    }
}
