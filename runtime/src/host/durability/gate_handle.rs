//! The output gate as its actor and its connections share it.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use parking_lot::{Mutex, MutexGuard};

use super::{gate_status::GateStatus, output_gate::OutputGate, waiting::Pending};

/// An output gate that is shared. It outlives the activations of its actor, for connections may.
///
/// Its status is kept beside the lock, as it was when the lock was released last: so a turn of an actor that has no store,
/// for which nothing waits, needs no lock.
pub(crate) struct GateHandle<P: Pending>(Arc<Shared<P>>);

struct Shared<P: Pending> {
    status: AtomicU8,
    gate: Mutex<OutputGate<P>>,
}

/// The gate, locked.
pub(in crate::host) struct LockedGate<'a, P: Pending> {
    status: &'a AtomicU8,
    gate: MutexGuard<'a, OutputGate<P>>,
}

impl<P: Pending> GateHandle<P> {
    pub(in crate::host) fn new() -> Self {
        Self::of(OutputGate::new())
    }

    /// That of an actor that is provisional.
    pub(in crate::host) fn provisional() -> Self {
        Self::of(OutputGate::provisional())
    }

    fn of(gate: OutputGate<P>) -> Self {
        let status = AtomicU8::new(gate.status() as u8);
        Self(Arc::new(Shared { status, gate: Mutex::new(gate) }))
    }

    /// Whether calls may use the state in memory, and nothing has asked for the actor's end.
    #[inline]
    pub(in crate::host) fn is_open(&self) -> bool {
        self.status() == GateStatus::Open as u8
    }

    /// Whether the state must not be used until it is loaded again.
    pub(in crate::host) fn is_invalid(&self) -> bool {
        self.status() == GateStatus::Invalid as u8
    }

    #[inline]
    fn status(&self) -> u8 {
        self.0.status.load(Ordering::Acquire)
    }

    /// Releases an output once what it speaks of is saved. Gives it back if that is void.
    pub(crate) fn send(&self, output: P) -> Result<(), P> {
        if P::WAITS {
            return self.lock().send(output);
        }
        if self.is_invalid() {
            return Err(output);
        }
        output.release();
        Ok(())
    }

    /// Releases an output that waits for nothing itself, after what waits for the same connection.
    pub(crate) fn send_in_order(&self, output: P) {
        if P::WAITS { self.lock().send_in_order(output) } else { output.release() }
    }

    pub(super) fn lock(&self) -> LockedGate<'_, P> {
        LockedGate { status: &self.0.status, gate: self.0.gate.lock() }
    }
}

#[cfg(all(test, feature = "client"))]
impl<P: Pending> GateHandle<P> {
    /// A turn that runs this code, and is saved after `waits` has seen how much waits for that.
    pub(in crate::host) fn save_after(&self, turn: impl FnOnce(), waits: impl FnOnce(usize)) {
        self.lock().begin_write();
        turn();
        let mut gate = self.lock();
        waits(gate.waits());
        gate.end_write();
        let submission = gate.submit();
        gate.saved(submission.generation, submission.revision);
    }
}

impl<P: Pending> Clone for GateHandle<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Pending> Deref for LockedGate<'_, P> {
    type Target = OutputGate<P>;

    fn deref(&self) -> &OutputGate<P> {
        &self.gate
    }
}

impl<P: Pending> DerefMut for LockedGate<'_, P> {
    fn deref_mut(&mut self) -> &mut OutputGate<P> {
        &mut self.gate
    }
}

impl<P: Pending> Drop for LockedGate<'_, P> {
    fn drop(&mut self) {
        self.status.store(self.gate.status() as u8, Ordering::Release);
    }
}
