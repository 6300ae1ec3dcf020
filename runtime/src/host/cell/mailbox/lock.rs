//! The lock of a mailbox.

use parking_lot::Mutex;

/// A lock: `parking_lot`'s, or that of a model checker.
pub(in crate::host) trait Lock<T> {
    fn of(value: T) -> Self;

    fn with<R>(&self, code: impl FnOnce(&mut T) -> R) -> R;
}

impl<T> Lock<T> for Mutex<T> {
    fn of(value: T) -> Self {
        Self::new(value)
    }

    #[inline]
    fn with<R>(&self, code: impl FnOnce(&mut T) -> R) -> R {
        code(&mut self.lock())
    }
}
