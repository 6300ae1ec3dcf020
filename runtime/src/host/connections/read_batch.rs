//! The calls that a session has read together, and so runs one after the other.
//!
//! Each of their turns may broadcast, and a client that is pressed for time sends many of them at once. What they broadcast
//! is collected until the last has ended: each of the others pays once for all of it. The connection that has called does
//! not wait: it gets its events where they are sent, so that its answers, which are written meanwhile, keep their place
//! among them.
//!
//! The session runs the calls on its thread, and so the thread knows which batch is open there. A turn belongs to it if it
//! runs on that thread, at that actor, and for that connection; the calls of others that are run on the way are
//! [`outside`]. A turn that awaits ends its part where it does. `broadcast_buffer.rs` does what is said here.

use std::{cell::Cell, marker::PhantomData, sync::Arc};

use crate::ConnId;

/// While this lives, what the calls of one connection broadcast is collected, if they run on this thread.
pub(crate) struct ReadBatch {
    buffer: Arc<dyn Collects>,
    outer: Option<Current>,
    /// It is the thread's.
    thread: PhantomData<*const ()>,
}

/// What collects the events.
pub(in crate::host) trait Collects: Send + Sync {
    /// Sends what is collected.
    fn end_batch(&self);
}

/// The batch that is open on a thread.
#[derive(Debug, Clone, Copy)]
struct Current {
    /// The address of what collects its events.
    buffer: usize,
    conn: ConnId,
    is_full: bool,
}

thread_local! {
    static CURRENT: Cell<Option<Current>> = const { Cell::new(None) };
}

impl ReadBatch {
    pub(super) fn begin<B: Collects + 'static>(buffer: Arc<B>, conn: ConnId) -> Self {
        let current = Current { buffer: address(&*buffer), conn, is_full: false };
        Self { buffer, outer: CURRENT.replace(Some(current)), thread: PhantomData }
    }

    /// Whether as much is collected as is worth it.
    pub(crate) fn is_full(&self) -> bool {
        CURRENT.get().is_some_and(|current| current.buffer == address(&*self.buffer) && current.is_full)
    }
}

impl Drop for ReadBatch {
    fn drop(&mut self) {
        CURRENT.set(self.outer);
        self.buffer.end_batch();
    }
}

/// The connection whose batch is open on this thread, and collected here.
#[inline]
pub(super) fn current<B>(buffer: &B) -> Option<ConnId> {
    CURRENT.get().filter(|current| current.buffer == address(buffer)).map(|current| current.conn)
}

/// The same, unless as much is collected as is worth it.
#[inline]
pub(super) fn current_with_room<B>(buffer: &B) -> Option<ConnId> {
    let is_it = |current: &Current| current.buffer == address(buffer) && !current.is_full;
    CURRENT.get().filter(is_it).map(|current| current.conn)
}

/// The batch that is open on this thread is to end soon.
pub(super) fn set_full() {
    CURRENT.set(CURRENT.get().map(|current| Current { is_full: true, ..current }));
}

/// Runs what belongs to no batch.
pub(in crate::host) fn outside<T>(code: impl FnOnce() -> T) -> T {
    struct Restore(Option<Current>);

    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }

    let _restore = Restore(CURRENT.take());
    code()
}

fn address<T: ?Sized>(value: &T) -> usize {
    std::ptr::from_ref(value).addr()
}

#[cfg(all(test, feature = "client"))]
mod tests;
