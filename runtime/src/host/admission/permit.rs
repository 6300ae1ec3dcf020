//! What a caller needs for an actor to be woken or made: a permit to be awake, and room among those that were made for it.
//!
//! An actor is counted for the caller who is let in and makes it, just before its first commit: never for a caller who is
//! refused or only looks, and never before it is known which of the two a caller is. Else the limit would tell them which keys
//! exist, and what strangers are refused would be missing for others. All that a caller costs before that is the permit
//! of an actor that is awake, while it is judged.

use super::{
    awake_limit::AwakePermit,
    stranger::{self, Maker},
};
use crate::{
    Actor, Fault, Key,
    host::{ActorType, cell::Absent},
};

impl<A: Actor> ActorType<A> {
    /// A permit for an actor that is woken, or made if it does not exist, for a caller who is let in; and for whom it counts
    /// if it is made.
    pub(in crate::host) async fn permit(
        &self,
        key: &Key,
        absent: &Absent,
    ) -> Result<(AwakePermit, Option<Maker>), Fault> {
        let stranger = stranger::current();
        if let Some(stranger) = &stranger
            && matches!(absent, Absent::Make(_))
            && let Err(fault) = stranger.may_make()
            && self.find_stored(key).await?.is_none()
            && self.cell_at(key).is_none()
        {
            // Here already: nothing is begun for it.
            return Err(fault);
        }
        Ok((self.permit_for(stranger.is_some()).await?, stranger))
    }

    /// A permit for an actor that is awake for a caller. Limits are for strangers.
    pub(in crate::host) async fn permit_for(&self, is_stranger: bool) -> Result<AwakePermit, Fault> {
        let (limit, now_ms) = (self.shared().awake_limit(), self.shared().clock().elapsed_ms());
        if is_stranger { limit.acquire(now_ms).await } else { Ok(limit.acquire_over_limit(now_ms)) }
    }

    /// Counts an actor that is provisional, which is about to be made for the caller that was let in. What is not made after
    /// all, as there is one by now, refuses nobody.
    pub(in crate::host) async fn count_made(&self, key: &Key, maker: Option<&Maker>) -> Result<(), Fault> {
        let Some(maker) = maker else { return Ok(()) };
        if self.cell_at(key).is_some() {
            return Ok(());
        }
        let Err(fault) = maker.make() else { return Ok(()) };
        let exists = self.find_stored(key).await?.is_some() || self.cell_at(key).is_some();
        if exists { Ok(()) } else { Err(fault) }
    }
}
