//! A handle: one actor, addressed, with no traffic yet.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    connection::Connection,
    link::{BoxFuture, Port},
    sending,
    status::ConnectionError,
};
use crate::{
    ActorId, CallError, Contract, Key, Payload, QueueOf,
    contract::ReplyOf,
    wire::{Format, Params},
};

/// One actor, addressed: [`call`](Self::call)s it without a connection, or [connects](Self::connect_with) to it.
///
/// Making one costs nothing and sends nothing. The generated `ChatRoomHandle` derefs to it, and adds a method for
/// each action, and `connect`.
pub struct Handle<C: Contract> {
    port: Arc<dyn Port<C>>,
    key: Option<Key>,
    // Boxed: few handles have any.
    params: Option<Box<Params>>,
}

impl<C: Contract> Handle<C> {
    pub(super) fn new(port: Arc<dyn Port<C>>, key: Option<Key>) -> Self {
        Self { port, key, params: None }
    }

    /// Calls an action, without a connection. The generated stubs, one method for each action, are the convenient
    /// way.
    pub async fn call(&self, action: C::Action) -> Result<ReplyOf<C>, CallError> {
        #[cfg(feature = "server")]
        let action = match self.here(action, Port::call_now) {
            Ok(asked) => return Ok(asked.answer().await?),
            Err(action) => action,
        };
        self.port.call(action, self.params()).await
    }

    fn params(&self) -> Option<Params> {
        self.params.as_deref().cloned()
    }

    /// The shortcut to an actor in this process that is awake. Only for calls without params, which need no hook.
    #[cfg(feature = "server")]
    fn here<T>(
        &self,
        action: C::Action,
        begin: impl FnOnce(&dyn Port<C>, C::Action) -> Result<T, C::Action>,
    ) -> Result<T, C::Action> {
        if self.params.is_some() { Err(action) } else { begin(&*self.port, action) }
    }

    /// The same actor, with params for every call: what `#[on_before_connect]` judges the call by, as it judges a
    /// connection. Over the network it judges every call; without params here, by none. In this process it judges
    /// those with params alone, because code in the same process is trusted.
    ///
    /// [`connect_with`](Self::connect_with) takes params of its own.
    #[expect(clippy::needless_pass_by_value, reason = "params are given, as they are to `connect_with`")]
    pub fn with_params(&self, params: C::Params) -> Result<C::Handle, CallError> {
        let params = Params::encode(self.port.params_format(), &params)?;
        Ok(Self { params: params.map(Box::new), ..self.clone() }.into())
    }

    /// Hands an action over, as a value of the generated enum, and does not wait for its answer: what it returns
    /// is thrown away, an error too.
    ///
    /// `Ok` says that the actor has it. In this process that is so as soon as it is in the actor's mailbox, a full
    /// one being `actor.overloaded`; over the network only an answer says so, and this waits for it like
    /// [`call`](Self::call). What is told and called one after the other runs in that order.
    pub async fn tell(&self, action: C::Action) -> Result<(), CallError> {
        #[cfg(feature = "server")]
        let action = match self.here(action, Port::tell_now) {
            Ok(told) => return Ok(told.into_result()?),
            Err(action) => action,
        };
        self.port.tell(action, self.params()).await
    }

    /// Puts a message into its queue: one that the actor lists in `#[actor(queues(..))]`.
    ///
    /// `Ok` says that the message is saved, and will be handled, once or more often, also after a crash.
    /// [`CallError::Fault`] and [`CallError::NotSent`] say that it is not in the queue: `queue.full`,
    /// `queue.message_too_large`; after `rivetkit.internal_error`, [`CallError::MaybeApplied`], or if this is
    /// dropped before it ends, it may be.
    //
    // Not an `async fn`: of one, the compiler would report a message that is none three times.
    pub fn send<M: QueueOf<C>>(&self, message: M) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move { sending::send(&*self.port, &message, self.params()).await })
    }

    /// Puts a message into its queue, and waits until it is handled: what the actor has completed it with.
    ///
    /// `None`: it is in the queue, and was not handled within `timeout`, counted from when it was there; it will
    /// be later. [`Duration::MAX`] waits for as long as it takes. An actor that stops or is destroyed meanwhile is
    /// an error, `queue.not_handled_yet` or `queue.actor_destroyed`.
    ///
    /// ```
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Mailer { sent: u64 }
    /// #[derive(Serialize, Deserialize)]
    /// struct Mail(String);
    ///
    /// #[actor(queues(Mail -> u64))]
    /// impl Mailer {
    ///     #[run]
    ///     async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
    ///         while let Some(mail) = ctx.queue::<Mail>().next().await {
    ///             mail.complete_with(|mailer, _| {
    ///                 mailer.sent += 1;
    ///                 mailer.sent
    ///             })
    ///             .await?;
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> callboard::Result<()> {
    /// # let registry = callboard::Registry::new().register::<Mailer>().store(callboard::store::MemoryStore::new());
    /// let mailer = registry.client().get_or_create::<Mailer>("post office");
    /// mailer.send(Mail("to Ann".to_owned())).await?;
    /// let sent = mailer.send_and_wait(Mail("to Bob".to_owned()), Duration::from_secs(5)).await?;
    /// assert_eq!(sent, Some(2));
    /// # Ok(()) }
    /// ```
    pub fn send_and_wait<M: QueueOf<C>>(
        &self,
        message: M,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<Option<M::Response>, CallError>> {
        Box::pin(async move { sending::send_and_wait(&*self.port, &message, timeout, self.params()).await })
    }

    /// Opens a connection, and returns at once: what is done with it before it is open takes force once it is.
    ///
    /// The params are encoded here, once, and presented again at every reconnect.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, on which the connection lives.
    #[must_use = "the connection closes when it is dropped"]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "params belong to the connection; the generated stub moves them"
    )]
    pub fn connect_with(&self, params: C::Params) -> Connection<C> {
        Connection::open(Arc::clone(&self.port), encode(self.port.params_format(), &params))
    }

    /// The identity of the actor. One that is addressed by `get_or_create` is made, if it does not exist. Over the
    /// network `#[on_before_connect]` judges that too, by the [params](Self::with_params) of the handle.
    pub async fn resolve(&self) -> Result<ActorId, CallError> {
        self.port.resolve(self.params()).await
    }

    /// The key it is addressed by; `None` where that is the actor's identity.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }
}

/// The params of a connection.
pub(super) fn encode<P: Payload>(format: Format, params: &P) -> Result<Option<Params>, ConnectionError> {
    Params::encode(format, params).map_err(|error| ConnectionError::Params(error.to_string()))
}

impl<C: Contract> Clone for Handle<C> {
    fn clone(&self) -> Self {
        Self { port: Arc::clone(&self.port), key: self.key.clone(), params: self.params.clone() }
    }
}

impl<C: Contract> fmt::Debug for Handle<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("actor", &C::NAME).field("key", &self.key).finish_non_exhaustive()
    }
}
