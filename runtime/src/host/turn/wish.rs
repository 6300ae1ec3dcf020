//! What a turn asks for its actor's own life: `ctx.sleep()`, `ctx.destroy()`.

use crate::{
    Actor, Ctx,
    host::{cell::keep_alive::LifecycleRequest, durability::turns::TurnEnd, pending_output::PendingOutput},
};

/// What a turn asked for its actor's own life is part of what it did: it is granted with that, or not at all.
#[inline]
pub(super) fn grant_wish<A: Actor>(ctx: &Ctx<A>, end: &mut TurnEnd<'_, PendingOutput<A>>) {
    if ctx.wished() != LifecycleRequest::Stay {
        grant(ctx, end);
    }
}

#[cold]
fn grant<A: Actor>(ctx: &Ctx<A>, end: &mut TurnEnd<'_, PendingOutput<A>>) {
    let cell = ctx.cell();
    match ctx.wished() {
        LifecycleRequest::Destroy if end.destroy() => cell.lifecycle().tell_to_end(),
        request => cell.keep_alive().raise_request(request, cell.lifecycle()),
    }
    // The end of the turn wakes the actor's task.
    cell.mailbox().nudge();
}
