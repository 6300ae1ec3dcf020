//! What peers have the server hold: one account for each address, and one for all.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::hints::Hints;

/// How much is held of what the peers of one address have sent, and nobody has used yet.
#[derive(Debug, Clone)]
pub(crate) struct MemoryBudget(Arc<Sums>);

#[derive(Debug)]
struct Sums {
    own: Sum,
    all: Arc<Sum>,
    /// Told when an address has as much as it may.
    hints: Option<Arc<Hints>>,
}

/// So many bytes, and the most that there may be.
#[derive(Debug)]
pub(crate) struct Sum {
    bytes: AtomicUsize,
    most: usize,
}

/// What one socket, request or connection has in an account; given back when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Charge {
    /// `None` if nobody counts.
    account: Option<MemoryBudget>,
    charged: usize,
}

/// There is no room for more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl MemoryBudget {
    pub(crate) fn new(most: usize, all: &Arc<Sum>) -> Self {
        Self(Arc::new(Sums { own: Sum::new(most), all: Arc::clone(all), hints: None }))
    }

    /// That of one address.
    pub(crate) fn of_address(most: usize, all: &Arc<Sum>, hints: &Arc<Hints>) -> Self {
        Self(Arc::new(Sums { own: Sum::new(most), all: Arc::clone(all), hints: Some(Arc::clone(hints)) }))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.own.bytes.load(Ordering::Relaxed) == 0
    }
}

impl Sums {
    fn met(&self) {
        if let Some(hints) = &self.hints {
            hints.met("buffered_per_address");
        }
    }
}

impl Sum {
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
    /// What each may have that is not counted: who asks for no more is served however much the others hold.
    pub(crate) const FREE: usize = 8 << 10;

    pub(crate) fn new(account: MemoryBudget) -> Self {
        Self { account: Some(account), charged: 0 }
    }

    /// So many bytes are held from now on. If there is no room for them, as many as before are counted.
    pub(crate) fn set(&mut self, bytes: usize) -> Result<(), Full> {
        let Some(MemoryBudget(sums)) = &self.account else { return Ok(()) };
        let charge = bytes.saturating_sub(Self::FREE);
        if let Some(less) = self.charged.checked_sub(charge) {
            if less > 0 {
                sums.own.remove(less);
                sums.all.remove(less);
            }
        } else {
            let more = charge - self.charged;
            sums.own.add(more).inspect_err(|Full| sums.met())?;
            sums.all.add(more).inspect_err(|Full| sums.own.remove(more))?;
        }
        self.charged = charge;
        Ok(())
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        // Nothing always has room.
        let _ = self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: usize = Charge::FREE;

    #[test]
    fn each_may_have_so_much_and_all_together_so_much_more() {
        let all = Arc::new(Sum::new(150));
        let [one, two] = [MemoryBudget::new(100, &all), MemoryBudget::new(100, &all)];
        let [mut a, mut b, mut c] = [&one, &one, &two].map(|account| Charge::new(account.clone()));
        assert_eq!(a.set(FREE + 60), Ok(()));
        assert_eq!(b.set(FREE + 41), Err(Full), "its address has no room");
        assert_eq!(b.set(FREE + 40), Ok(()));
        assert_eq!(c.set(FREE + 51), Err(Full), "nobody has");
        assert_eq!(c.set(FREE + 50), Ok(()));
        assert_eq!(b.set(FREE + 41), Err(Full));
        assert_eq!(b.set(FREE), Ok(()), "what is free needs no room");
        assert_eq!(c.set(FREE + 90), Ok(()), "what one gave back another may have");
        drop(a);
        assert!(one.is_empty() && !two.is_empty());
        drop((b, c));
        assert!(two.is_empty());
        assert_eq!(all.bytes.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn who_is_not_counted_may_have_all() {
        assert_eq!(Charge::default().set(usize::MAX), Ok(()));
    }

    #[test]
    fn a_claim_beyond_all_numbers_has_no_room() {
        let all = Arc::new(Sum::new(usize::MAX));
        let account = MemoryBudget::new(100, &all);
        let [mut a, mut b] = [Charge::new(account.clone()), Charge::new(account)];
        assert_eq!(a.set(FREE + 100), Ok(()));
        assert_eq!(b.set(usize::MAX), Err(Full));
        assert_eq!(b.set(FREE + 1), Err(Full));
    }
}
