//! Memory budgets: how many bytes the server holds for each address, and for all.
//!
//! What a client has sent and is not used yet (half a request, the arguments of a call under way), and what a turn
//! has sent to it beyond the limits of its queue, is a [`Charge`] to the [`MemoryBudget`] of its address. A budget is
//! two pools, the address's own and the one of all addresses: a charge needs room in both. The first [`Charge::FREE`]
//! bytes of each charge are free, so that small requests are served whatever others hold.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::limit_warnings::LimitWarnings;

/// The bytes that are held for one address.
#[derive(Debug, Clone)]
pub(crate) struct MemoryBudget(Arc<Pools>);

#[derive(Debug)]
struct Pools {
    own: BytePool,
    all: Arc<BytePool>,
    /// Warns when the address has no room left.
    limit_warnings: Option<Arc<LimitWarnings>>,
}

/// A number of bytes with a limit.
#[derive(Debug)]
pub(crate) struct BytePool {
    bytes: AtomicUsize,
    most: usize,
}

/// The bytes that are held for one socket, request or connection; given back when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Charge {
    /// `None` if it is not limited.
    budget: Option<MemoryBudget>,
    charged: usize,
}

/// There is no room for more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl MemoryBudget {
    pub(crate) fn new(most: usize, all: &Arc<BytePool>) -> Self {
        Self(Arc::new(Pools { own: BytePool::new(most), all: Arc::clone(all), limit_warnings: None }))
    }

    /// The budget of one address, with a warning in the log when it is used up.
    pub(crate) fn of_address(most: usize, all: &Arc<BytePool>, limit_warnings: &Arc<LimitWarnings>) -> Self {
        Self(Arc::new(Pools {
            own: BytePool::new(most),
            all: Arc::clone(all),
            limit_warnings: Some(Arc::clone(limit_warnings)),
        }))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.own.bytes.load(Ordering::Relaxed) == 0
    }
}

impl Pools {
    fn reached(&self) {
        if let Some(limit_warnings) = &self.limit_warnings {
            limit_warnings.reached("buffered_per_address");
        }
    }
}

impl BytePool {
    pub(crate) fn new(most: usize) -> Self {
        Self { bytes: AtomicUsize::new(0), most }
    }

    fn add(&self, bytes: usize) -> Result<(), Full> {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) <= self.most {
            return Ok(());
        }
        self.remove(bytes);
        Err(Full)
    }

    fn remove(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Charge {
    /// Bytes of each charge that are not counted: a client that needs no more is served however much others hold.
    pub(crate) const FREE: usize = 8 << 10;

    pub(crate) fn new(budget: MemoryBudget) -> Self {
        Self { budget: Some(budget), charged: 0 }
    }

    /// Charges for this many bytes instead of the ones before. If there is no room for them, nothing changes.
    pub(crate) fn set(&mut self, bytes: usize) -> Result<(), Full> {
        let Some(MemoryBudget(pools)) = &self.budget else { return Ok(()) };
        let charge = bytes.saturating_sub(Self::FREE);
        if let Some(less) = self.charged.checked_sub(charge) {
            if less > 0 {
                pools.own.remove(less);
                pools.all.remove(less);
            }
        } else {
            let more = charge - self.charged;
            pools.own.add(more).inspect_err(|Full| pools.reached())?;
            pools.all.add(more).inspect_err(|Full| pools.own.remove(more))?;
        }
        self.charged = charge;
        Ok(())
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        // To hold nothing always has room.
        let _ = self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: usize = Charge::FREE;

    #[test]
    fn each_address_has_a_limit_and_all_together_have_another() {
        let all = Arc::new(BytePool::new(150));
        let [one, two] = [MemoryBudget::new(100, &all), MemoryBudget::new(100, &all)];
        let [mut a, mut b, mut c] = [&one, &one, &two].map(|budget| Charge::new(budget.clone()));
        assert_eq!(a.set(FREE + 60), Ok(()));
        assert_eq!(b.set(FREE + 41), Err(Full), "its address has no room");
        assert_eq!(b.set(FREE + 40), Ok(()));
        assert_eq!(c.set(FREE + 51), Err(Full), "no address has room");
        assert_eq!(c.set(FREE + 50), Ok(()));
        assert_eq!(b.set(FREE + 41), Err(Full));
        assert_eq!(b.set(FREE), Ok(()), "what is free of charge needs no room");
        assert_eq!(c.set(FREE + 90), Ok(()), "what one has given back, another may have");
        drop(a);
        assert!(one.is_empty() && !two.is_empty());
        drop((b, c));
        assert!(two.is_empty());
        assert_eq!(all.bytes.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn without_a_budget_there_is_no_limit() {
        assert_eq!(Charge::default().set(usize::MAX), Ok(()));
    }

    #[test]
    fn a_charge_beyond_all_numbers_has_no_room() {
        let all = Arc::new(BytePool::new(usize::MAX));
        let budget = MemoryBudget::new(100, &all);
        let [mut a, mut b] = [Charge::new(budget.clone()), Charge::new(budget)];
        assert_eq!(a.set(FREE + 100), Ok(()));
        assert_eq!(b.set(usize::MAX), Err(Full));
        assert_eq!(b.set(FREE + 1), Err(Full));
    }
}
