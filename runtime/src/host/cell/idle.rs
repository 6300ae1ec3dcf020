//! What a cell is to those that keep it awake, and to the sleep timer.

use super::{
    ActorCell,
    keep_alive::{KeepAlive, Kept},
    lifecycle::Lifecycle,
    sleep_timer::{NextLook, Sleeper},
};
use crate::Actor;

impl<A: Actor> Kept for ActorCell<A> {
    fn keep_alive(&self) -> &KeepAlive {
        &self.keep_alive
    }

    fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    fn used(&self) {
        ActorCell::used(self);
    }

    fn nudge(&self) {
        self.mailbox.nudge();
    }
}

impl<A: Actor> Sleeper for ActorCell<A> {
    fn next_look(&self) -> &NextLook {
        &self.next_look
    }

    fn look(&self, now_ms: u64) -> bool {
        self.last_use.look(now_ms)
    }

    fn used_at_ms(&self) -> u64 {
        self.last_use.at_ms(|| self.shared().clock().elapsed_ms())
    }

    fn wake(&self) {
        self.mailbox.wake();
    }
}
