//! Warnings about limits per address, each logged once: which limit was reached, or that none can be, and the way out.

use std::collections::BTreeSet;

use parking_lot::{Mutex, Once};

use crate::{Limits, util::log};

/// Which limits per address were warned about.
///
/// To the server a proxy and all clients behind it are one address. An operator who has not named the proxies may not
/// know that, so reaching such a limit is a warning. Once they are named, a limit is reached by real clients only,
/// which is not.
#[derive(Debug, Default)]
pub(crate) struct LimitWarnings {
    knows_proxies: bool,
    logged: Mutex<BTreeSet<&'static str>>,
    no_address_logged: Once,
}

impl LimitWarnings {
    /// For a server whose proxies are named.
    pub(crate) fn with_proxies() -> Self {
        Self { knows_proxies: true, ..Self::default() }
    }

    /// A limit per address was reached; the name is that of its method.
    pub(crate) fn reached(&self, limit: &'static str) {
        if !self.knows_proxies && self.logged.lock().insert(limit) {
            log::warn!(
                limit,
                "an address has reached `Limits::{limit}`; if it is a proxy, name it with `Registry::trusted_proxies`, so that \
                 its clients are counted one by one; if not, raise the limit with `Registry::limits`"
            );
        }
    }

    /// A request came without an address, so it is counted for none, and limits per address do nothing.
    pub(crate) fn no_address(&self, limits: &Limits) {
        if !self.knows_proxies && !limits.are_per_address() {
            return;
        }
        self.no_address_logged.call_once(|| {
            log::warn!(
                "a request has no address: limits per address and `Registry::trusted_proxies` have no effect; serve the app \
                 that has `Registry::router` with `app.into_make_service_with_connect_info::<SocketAddr>()`"
            );
        });
    }
}
