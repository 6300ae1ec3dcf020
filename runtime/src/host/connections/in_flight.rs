//! What one connection has under way.

use crate::{
    Fault, Limits,
    error::faults,
    limits::memory_budget::{Charge, Full, MemoryBudget},
};

/// Calls that wait for their answers, and subscriptions that wait for their actor.
#[derive(Default)]
pub(crate) struct InFlight {
    calls: usize,
    /// Bytes of their arguments.
    bytes: usize,
    subscriptions: usize,
    charge: Charge,
}

impl InFlight {
    /// Of a client whose memory is charged to this budget.
    pub(crate) fn charged_to(budget: MemoryBudget) -> Self {
        Self { charge: Charge::new(budget), ..Self::default() }
    }

    /// Counts one more call, or says that it is one too many.
    pub(crate) fn add(&mut self, bytes: usize, limits: &Limits) -> Result<(), Fault> {
        let fits = self.calls == 0 || self.bytes + bytes <= limits.bytes_in_flight;
        if self.calls >= limits.calls_in_flight || !fits {
            return Err(faults::too_many_calls(self.calls, self.bytes));
        }
        self.charge.set(self.bytes + bytes).map_err(|Full| faults::too_much_in_calls())?;
        self.calls += 1;
        self.bytes += bytes;
        Ok(())
    }

    /// Counts one more subscription, or says that it is one too many.
    pub(crate) fn add_subscription(&mut self, limits: &Limits) -> Result<(), Fault> {
        if self.subscriptions >= limits.subscriptions {
            return Err(faults::too_many_subscriptions_waiting(limits.subscriptions));
        }
        self.subscriptions += 1;
        Ok(())
    }

    pub(crate) fn remove_subscription(&mut self) {
        self.subscriptions -= 1;
    }

    pub(crate) fn remove(&mut self, bytes: usize) {
        self.calls -= 1;
        self.bytes -= bytes;
        // Less always has room.
        let _ = self.charge.set(self.bytes);
    }
}
