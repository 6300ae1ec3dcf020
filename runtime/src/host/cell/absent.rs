//! What is done where there is no actor yet.

use bytes::Bytes;

/// What to do if the store has no such actor.
#[derive(Clone)]
pub(in crate::host) enum Absent {
    /// Say so.
    Fail,
    /// Make it, from this input (CBOR).
    // Boxed, as few have any, and every actor that is awake has this.
    Make(Option<Box<Bytes>>),
}

impl Absent {
    pub(in crate::host) fn make(input: Option<Bytes>) -> Self {
        Self::Make(input.map(Box::new))
    }

    pub(in crate::host) fn input(&self) -> Option<&Bytes> {
        if let Self::Make(input) = self { input.as_deref() } else { None }
    }
}
