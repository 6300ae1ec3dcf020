//! What `turn_buffer.rs` is made of. Its model, `turn_buffer_model.rs`, has the model checker's own.

pub(super) use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) use parking_lot::Mutex;
