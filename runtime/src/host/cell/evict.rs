//! Actors that sleep because others need their place.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{ActorCell, keep_alive::LifecycleRequest, lifecycle::Phase, sleep_timer::Sleeper};
use crate::{Actor, host::admission::awake_limit::Evictable};

impl<A: Actor> Evictable for ActorCell<A> {
    fn used_at_ms(&self) -> u64 {
        Sleeper::used_at_ms(self)
    }

    fn can_sleep(&self) -> bool {
        self.lifecycle().phase() == Phase::Running
            && self.is_awake()
            && self.mailbox().is_idle()
            && self.keep_alive().request() == LifecycleRequest::Stay
            && self.is_idle()
            && !self.has_messages_to_handle()
    }

    fn sleep_if_idle(self: Arc<Self>) -> BoxFuture<'static, ()> {
        self.keep_alive().evict();
        self.mailbox().nudge();
        Box::pin(async move { self.lifecycle().reached(Phase::Closed).await })
    }
}
