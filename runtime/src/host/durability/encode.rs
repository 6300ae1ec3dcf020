//! The state of an actor as the store has it.

use bytes::Bytes;

use crate::{Actor, Contract, host::turn::catch::caught};

/// A state as it is saved, or why it cannot be. The caller logs it, with the actor's name.
pub(in crate::host) fn to_bytes<A: Actor>(state: &A) -> Result<Bytes, String> {
    let bytes = caught((<A::Contract as Contract>::NAME, "save"), || state.save())?
        .map_err(|error| error.to_string())?;
    Ok(bytes.into())
}
