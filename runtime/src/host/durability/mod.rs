//! Durability: what an actor has changed, how it gets to the store, and what waits for that.

pub(in crate::host) mod change_log;
pub(in crate::host) mod commit;
pub(in crate::host) mod fingerprint;
pub(in crate::host) mod gate_handle;
pub(in crate::host) mod group_commit;
pub(in crate::host) mod output_gate;
pub(in crate::host) mod release;
pub(in crate::host) mod save;
pub(in crate::host) mod saves;
