//! A `Notify` that is made for the first who waits.

use std::sync::OnceLock;

use tokio::sync::{Notify, futures::Notified};

/// Tells those who wait, where mostly nobody does.
///
/// What they wait for must be under a lock, which they look at after [`notified`](Self::notified), and which is changed
/// before [`notify_waiters`](Self::notify_waiters): so either they see the change, or they are seen. Without a lock a
/// sequentially consistent fence between the two steps of each does the same.
#[derive(Default)]
pub(crate) struct RareNotify(OnceLock<Box<Notify>>);

impl RareNotify {
    /// To be made before looking at what is waited for.
    pub(crate) fn notified(&self) -> Notified<'_> {
        self.0.get_or_init(Box::default).notified()
    }

    pub(crate) fn notify_waiters(&self) {
        if let Some(notify) = self.0.get() {
            notify.notify_waiters();
        }
    }
}
