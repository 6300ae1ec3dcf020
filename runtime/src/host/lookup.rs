//! How an actor is looked for.

use std::sync::Arc;

use bytes::Bytes;

/// How a caller means to reach the actor of a key.
#[derive(Debug, Clone)]
pub(crate) enum Lookup {
    /// It must exist.
    Get,
    /// It is made if it does not exist; the input is CBOR.
    GetOrCreate { input: Option<Bytes> },
    /// It must not exist; the input is CBOR.
    Create { input: Option<Bytes> },
}

/// An awake actor, and whether it was made just now.
pub(crate) type Reached<T> = (Arc<T>, bool);
