//! The time in which a connection cannot be opened, and what the log tells of it.

use super::status::ConnectionError;
use crate::{
    Contract,
    util::{log, shown::shown},
};

/// Whether attempts fail at present: the first one of them is worth a warning, as nothing else may tell of it.
#[derive(Debug, Default)]
pub(super) struct Outage {
    is_told: bool,
}

impl Outage {
    /// An attempt failed; another one follows.
    pub(super) fn failed<C: Contract>(&mut self, address: &str, why: &ConnectionError) {
        let (actor, address, error) = (C::NAME, shown(address), shown(why.cause()));
        if self.is_told {
            log::debug!(actor, address, error, "a connection could not be opened again");
        } else {
            log::warn!(actor, address, error, "a connection could not be opened; it is tried again");
        }
        self.is_told = true;
    }

    /// An attempt failed for good. If the actor has said no, its client is told why, and that is the client's business.
    pub(super) fn failed_for_good<C: Contract>(address: &str, why: &ConnectionError) {
        if why.fault().is_some_and(|fault| fault.group() == "client") {
            log::warn!(
                actor = C::NAME,
                address = shown(address),
                error = shown(why.cause()),
                "a connection could not be opened"
            );
        }
    }

    /// It is open.
    pub(super) fn end(&mut self) {
        self.is_told = false;
    }
}
