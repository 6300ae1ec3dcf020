//! An actor wakes: it gets its state, and `#[on_wake]` runs.

use std::sync::Arc;

use super::start::Starting;
use crate::{
    Actor, Fault,
    host::{ActorCell, admission::stranger::Maker, turn::hooks::Hook},
};

/// Gets the actor its state, and wakes it. Says whether it was made just now.
pub(super) async fn wake<A: Actor>(cell: &Arc<ActorCell<A>>, maker: Option<Maker>) -> Result<bool, Fault> {
    let created = Starting::of(cell).begin(&mut *cell.turns().access().await, maker).await?;
    run_on_wake(cell).await?;
    Ok(created)
}

/// `#[on_wake]`. The actor has its state.
pub(in crate::host) async fn run_on_wake<A: Actor>(cell: &Arc<ActorCell<A>>) -> Result<(), Fault> {
    let Some(mode) = A::HOOKS.on_wake else { return Ok(()) };
    let hook = Hook::short("on_wake", mode);
    hook.run(cell, None, async |state, ctx| state.on_wake(ctx).await).await
}
