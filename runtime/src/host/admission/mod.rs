//! Admission: which callers reach an actor, which make one, and how many are awake.

pub(in crate::host) mod awake_limit;
pub(in crate::host) mod connect_info;
pub(in crate::host) mod denied;
mod idle_order;
pub(in crate::host) mod permit;
pub(in crate::host) mod provisional;
pub(in crate::host) mod request;
pub(in crate::host) mod stranger;
