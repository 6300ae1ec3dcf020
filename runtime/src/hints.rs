//! What the log is told once: which limit of one address was met, and what there is to do about it.

use std::collections::BTreeSet;

use crate::log;
use parking_lot::Mutex;

/// Which limits of one address were told of.
///
/// A proxy is one address to the server, and so is all that comes through it. Who has not said which proxies there are may
/// not know that; who has, has no such limits met by them.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    is_silent: bool,
    told: Mutex<BTreeSet<&'static str>>,
}

impl Hints {
    /// They tell nothing.
    pub(crate) fn silent() -> Self {
        Self { is_silent: true, told: Mutex::default() }
    }

    /// A limit of one address was met; the name is that of its method.
    pub(crate) fn met(&self, limit: &'static str) {
        if !self.is_silent && self.told.lock().insert(limit) {
            log::warn!(
                limit,
                "one address has met `Limits::{limit}`; if that is a proxy, which has many clients, name it with \
                 `Registry::trusted_proxies`, and if not, raise the limit with `Registry::limits`"
            );
        }
    }
}
