//! The hooks of the actor's lifecycle: it wakes, sleeps, is destroyed, changes.

use super::{Hook, MigrateHook, RunHook};
use crate::{
    marker::Marker,
    model::{
        Scope,
        signature::{check_returns_nothing, check_takes_only_ctx},
    },
    syntax::Method,
};

/// The hooks of a block that run for the actor itself, and not for a connection.
#[derive(Debug, Default)]
pub(crate) struct Lifecycle {
    pub(crate) on_wake: Option<Hook>,
    pub(crate) on_sleep: Option<Hook>,
    pub(crate) on_destroy: Option<Hook>,
    pub(crate) on_state_change: Option<Hook>,
    pub(crate) run: Option<RunHook>,
    pub(crate) on_migrate: Option<MigrateHook>,
}

impl Lifecycle {
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

    /// Adds a method as the hook that its attribute names.
    pub(super) fn add(&mut self, marker: Marker, method: &Method, scope: Scope<'_>) {
        let name = marker.name();
        match marker {
            Marker::OnWake => self.on_wake = Some(Hook::of_life(method, name, scope)),
            Marker::OnSleep => self.on_sleep = Some(Hook::of_life(method, name, scope)),
            Marker::OnDestroy => self.on_destroy = Some(Hook::of_life(method, name, scope)),
            Marker::OnStateChange => self.on_state_change = Some(Hook::of_change(method, name, scope)),
            Marker::Run => self.run = Some(RunHook::of(method, scope)),
            _ => self.on_migrate = Some(MigrateHook::of(method, scope)),
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

    /// Reads a hook that takes the context, and nothing else.
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
        check_takes_only_ctx(&values, what, scope);
        hook
    }
}
