//! The caller: who wants in, as the hook sees it that is asked before there is an actor.

use std::fmt;

use crate::{Key, host::Claims};

/// Who wants to reach an actor: what an `#[on_before_connect]` without `self` is given.
///
/// The actor may not exist, so there is no [`Ctx`](crate::Ctx): neither state nor connections, and no identity. What the
/// client says of itself are the params, which the hook takes beside this.
///
/// ```
/// # use callboard::prelude::*;
/// # #[derive(Default, Serialize, Deserialize)] struct Room;
/// /// Put into the request by a layer that has verified its token.
/// #[derive(Clone)]
/// struct Session { user: String }
///
/// #[derive(Debug, thiserror::Error, ActorError)]
/// enum Refusal {
///     #[error("sign in first")]
///     NotSignedIn,
///     #[error("{room} is not yours")]
///     NotYours { room: String },
/// }
///
/// #[actor]
/// impl Room {
///     /// Whoever is refused makes no room, and does not learn whether there is one.
///     #[on_before_connect]
///     fn check(caller: &Caller) -> Result<String, Refusal> {
///         let session = caller.claims::<Session>().ok_or(Refusal::NotSignedIn)?;
///         let room = caller.key().to_string();
///         if room.starts_with(&session.user) { Ok(session.user.clone()) } else { Err(Refusal::NotYours { room }) }
///     }
/// }
/// ```
pub struct Caller {
    actor: &'static str,
    key: Key,
    claims: Claims,
}

impl Caller {
    pub(crate) fn new(actor: &'static str, key: Key, claims: Claims) -> Self {
        Self { actor, key, claims }
    }

    /// The key of the actor that it wants to reach.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The name of that actor's type on the wire, for code that several of them share.
    #[must_use]
    pub fn actor(&self) -> &'static str {
        self.actor
    }

    /// What a layer around the server has found out about it, by its type, as
    /// [`Ctx::claims`](crate::Ctx::claims) gives it. `None` if no layer has put it there, and for clients in this process.
    #[must_use]
    pub fn claims<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.claims.as_deref()?.get()
    }
}

impl fmt::Debug for Caller {
    /// Without the claims, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("actor", &self.actor).field("key", &self.key).finish_non_exhaustive()
    }
}
