//! What a state is recognised by, so that no copy of it is kept.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::LazyLock,
};

use siphasher::sip128::{Hash128, Hasher128 as _, SipHasher13};

/// 128 bits that two different states do not share.
///
/// States hold what users send. If one could be made that shares its fingerprint with the saved one, an acknowledged
/// change would be lost: so the hash has a key that no other process knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::host) struct Fingerprint(Hash128);

impl Fingerprint {
    pub(in crate::host) fn of(state: &[u8]) -> Self {
        static KEY: LazyLock<[u64; 2]> = LazyLock::new(|| {
            // Keyed by the operating system.
            let random = RandomState::new();
            [0, 1].map(|n: u64| random.hash_one(n))
        });
        let [low, high] = *KEY;
        let mut hasher = SipHasher13::new_with_keys(low, high);
        hasher.write(state);
        Self(hasher.finish128())
    }
}
