//! What the log is told once: which limit of one address was met, or that none can be, and what there is to do about it.

use std::collections::BTreeSet;

use parking_lot::{Mutex, Once};

use crate::{Limits, util::log};

/// Which limits of one address were told of.
///
/// A proxy is one address to the server, and so is all that comes through it. Who has not said which proxies there are may
/// not know that; who has, has no such limits met by them.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    knows_proxies: bool,
    told: Mutex<BTreeSet<&'static str>>,
    lack_told: Once,
}

impl Hints {
    /// Of a server that was told its proxies.
    pub(crate) fn with_proxies() -> Self {
        Self { knows_proxies: true, ..Self::default() }
    }

    /// A limit of one address was met; the name is that of its method.
    pub(crate) fn met(&self, limit: &'static str) {
        if !self.knows_proxies && self.told.lock().insert(limit) {
            log::warn!(
                limit,
                "one address has met `Limits::{limit}`; if that is a proxy, which has many clients, name it with \
                 `Registry::trusted_proxies`, and if not, raise the limit with `Registry::limits`"
            );
        }
    }

    /// A request came without an address, so nothing is counted for it that these limits are about.
    pub(crate) fn lack_address(&self, limits: &Limits) {
        if !self.knows_proxies && !limits.are_per_address() {
            return;
        }
        self.lack_told.call_once(|| {
            log::warn!(
                "a request has no address: limits per address and `Registry::trusted_proxies` have no effect; serve the app \
                 that has `Registry::router` with `app.into_make_service_with_connect_info::<SocketAddr>()`"
            );
        });
    }
}
