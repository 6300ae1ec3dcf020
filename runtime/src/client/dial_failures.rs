//! Logs why a connection cannot be opened: once as a warning, and then quietly until it opens.
//!
//! A client that cannot reach its server tries again for as long as the connection is kept, every 30 seconds in
//! the end. Nothing else may tell an operator why, so the first failure is a warning. The failures after it say
//! the same again, and are lines of level `debug`.

use super::status::ConnectionError;
use crate::{
    Contract,
    util::{log, shown::shown},
};

/// Whether the present row of failed attempts has been logged.
#[derive(Debug, Default)]
pub(super) struct DialFailures {
    is_logged: bool,
}

impl DialFailures {
    /// Logs an attempt that failed; another attempt follows.
    pub(super) fn log<C: Contract>(&mut self, address: &str, why: &ConnectionError) {
        let (actor, address, error) = (C::NAME, shown(address), shown(why.cause()));
        if self.is_logged {
            log::debug!(actor, address, error, "failed to connect again; retrying");
        } else {
            log::warn!(actor, address, error, "failed to connect; retrying until it succeeds");
        }
        self.is_logged = true;
    }

    /// Logs an attempt that failed for good, if this side of the connection is at fault. A refusal by the actor is
    /// not logged: the caller is told of it, and decides what it means.
    pub(super) fn log_final<C: Contract>(address: &str, why: &ConnectionError) {
        if why.fault().is_some_and(|fault| fault.group() == "client") {
            log::warn!(
                actor = C::NAME,
                address = shown(address),
                error = shown(why.cause()),
                "failed to connect; not retrying"
            );
        }
    }

    /// Forgets the failures: the connection is open, so the next failure is news again.
    pub(super) fn reset(&mut self) {
        self.is_logged = false;
    }
}
