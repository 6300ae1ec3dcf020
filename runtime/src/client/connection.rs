//! `Connection`: the handle that users hold. It sends commands to the task in `driver.rs`, and reads its state.

use std::{fmt, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot, watch},
    time::timeout,
};

use super::{
    calls,
    command::Command,
    driver::Driver,
    link::{BoxFuture, Port},
    listener::{Delivery, ListenerState},
    sending,
    status::{ConnectionError, State, Status},
    subscription::{Subscription, Unlisten},
};
use crate::{
    ActorId, CallError, ConnId, Contract, EventOf, QueueOf, contract::ReplyOf, util::task, wire::Params,
};

/// A connection to one actor: calls in order, and the actor's events.
///
/// It opens in the background and comes back by itself when it is lost, with its listeners and its params. A call
/// that was under way when it broke ends as [`CallError::MaybeApplied`]; a call made meanwhile waits, and is sent
/// once the connection is open again.
///
/// Clones are the same connection, which closes when the last of them is dropped, or at [`close`](Self::close).
/// [`Subscription`]s and [`Events`](crate::client::Events) do not keep it open. A listener that holds a clone of its own connection does:
/// close that one by hand.
///
/// Listeners run on the connection's task, one after the other: one that blocks holds up the connection.
///
/// The generated `ChatRoomConn` derefs to it, and adds a method for each action.
pub struct Connection<C: Contract> {
    commands: mpsc::UnboundedSender<Command<C>>,
    state: watch::Receiver<State>,
    delivery: Delivery,
    /// The way of messages to queues, which is not that of the connection.
    port: Arc<dyn Port<C>>,
    params: Result<Option<Params>, ConnectionError>,
}

impl<C: Contract> Connection<C> {
    /// Begins to open a connection; `params` that could not be encoded end it at once.
    pub(super) fn open(port: Arc<dyn Port<C>>, params: Result<Option<Params>, ConnectionError>) -> Self {
        let (commands, inbox) = mpsc::unbounded_channel();
        let (state, watcher) = watch::channel(State::NEW);
        let delivery = Delivery::before_first();
        let driver = |params| Driver::new(port.dialer(), params, inbox, state, delivery);
        match params.clone() {
            Ok(params) => task::spawn(driver(params).run()),
            Err(error) => task::spawn(driver(None).fail(error)),
        }
        Self { commands, state: watcher, delivery, port, params }
    }

    /// Runs `listener` for every event of its kind, in the order sent.
    ///
    /// The closure's argument says which event: `conn.on(|message: MessageReceived| ..)`. A call made after this
    /// one returned runs with the subscription in force. Listeners of one event run in the order added; one that
    /// panics is logged, and stops nothing. A listener added inside a listener takes effect from the next event.
    /// An actor may refuse to send the event: [`Subscription::refused`].
    pub fn on<E, F>(&self, listener: F) -> Subscription
    where
        E: EventOf<C>,
        F: FnMut(E) + Send + 'static,
    {
        self.listen::<E>(false, listener)
    }

    /// Runs `listener` for the next event of its kind, and never again.
    pub fn once<E, F>(&self, listener: F) -> Subscription
    where
        E: EventOf<C>,
        F: FnOnce(E) + Send + 'static,
    {
        let mut listener = Some(listener);
        self.listen::<E>(true, move |event| {
            if let Some(listener) = listener.take() {
                listener(event);
            }
        })
    }

    /// Calls an action. The generated stubs, one method for each action, are the convenient way.
    ///
    /// Calls of one connection start in the order in which their futures are first polled. Dropping the future
    /// before the call was sent takes it back.
    /// [`ClientBuilder::call_timeout`](crate::client::ClientBuilder::call_timeout) counts from there too, whether
    /// the connection is open or not.
    pub async fn call(&self, action: C::Action) -> Result<ReplyOf<C>, CallError> {
        let (call, pending) = calls::begin(action);
        // An error says that the runtime has stopped, and drops the call, which tells it.
        self.command(Command::Call(pending));
        call.answer(self.port.call_timeout(), |limit| self.unopened(limit)).await
    }

    /// Hands an action over, as a value of the generated enum, in the order of this connection's calls. It waits
    /// for nothing: what the action returns is thrown away, an error too.
    ///
    /// Told while the connection is not open, it is sent once that is, within
    /// [`ClientBuilder::call_timeout`](crate::client::ClientBuilder::call_timeout) if there is one; what was not
    /// sent when the connection ends never is. [`CallError::NotSent`]: the connection is over. To know
    /// that the action ran, [call](Self::call) it.
    ///
    /// ```
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Cursor { x: i32 }
    /// # #[actor] impl Cursor {
    /// #     #[action] fn move_by(&mut self, dx: i32) { self.x += dx; }
    /// #     #[action] fn x(&self) -> i32 { self.x }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> callboard::Result<()> {
    /// # let registry = callboard::Registry::new().register::<Cursor>().in_memory();
    /// let cursor = registry.client().get_or_create::<Cursor>("ann").connect();
    /// for _ in 0..3 {
    ///     cursor.tell(CursorAction::MoveBy { dx: 2 })?;
    /// }
    /// assert_eq!(cursor.x().await?, 6);
    /// # Ok(()) }
    /// ```
    pub fn tell(&self, action: C::Action) -> Result<(), CallError> {
        if let Some(end) = &self.state.borrow().end {
            return Err(end.to_call_error());
        }
        let call = calls::tell(action, self.port.call_timeout());
        let stopped = |_| CallError::NotSent("the runtime of the connection has stopped".to_owned());
        self.commands.send(Command::Call(call)).map_err(stopped)
    }

    /// Puts a message into its queue, as [`Handle::send`](crate::Handle::send) does.
    ///
    /// It goes beside the connection, with its params but not in its order, and whether the connection is open or
    /// not.
    //
    // Not an `async fn`: of one, the compiler would report a message that is none three times.
    pub fn send<M: QueueOf<C>>(&self, message: M) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move { sending::send(&*self.port, &message, self.params()?).await })
    }

    /// Puts a message into its queue, and waits until it is handled, as
    /// [`Handle::send_and_wait`](crate::Handle::send_and_wait) does: beside the connection too.
    pub fn send_and_wait<M: QueueOf<C>>(
        &self,
        message: M,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<Option<M::Response>, CallError>> {
        Box::pin(async move { sending::send_and_wait(&*self.port, &message, timeout, self.params()?).await })
    }

    fn params(&self) -> Result<Option<Params>, CallError> {
        self.params.clone().map_err(|error| CallError::NotSent(error.to_string()))
    }

    /// Where the connection is in its life.
    #[must_use]
    pub fn status(&self) -> Status {
        self.state.borrow().status
    }

    /// Its id, by which the actor knows it; `None` while it is not open. It changes with every reconnect.
    #[must_use]
    pub fn id(&self) -> Option<ConnId> {
        self.state.borrow().conn_id
    }

    /// The actor's identity, known once the connection was open for the first time.
    #[must_use]
    pub fn actor_id(&self) -> Option<ActorId> {
        self.state.borrow().actor_id
    }

    /// Waits until the connection is open; an error is what ended it for good.
    ///
    /// Nothing needs to wait for this: listeners and calls made before are in force once it is open. It is the
    /// place to learn that the actor turned this client away ([`ConnectionError::declared`]). A connection that
    /// cannot be opened is tried again for as long as it is kept, and so is this: see
    /// [`opened_within`](Self::opened_within).
    pub async fn opened(&self) -> Result<(), ConnectionError> {
        let state = self.until(|state| state.status == Status::Connected || state.end.is_some()).await;
        state.end.map_or(Ok(()), Err)
    }

    /// Waits until the connection is open, for so long: [`ConnectionError::NotOpen`] then says what the last
    /// attempt failed at. The connection goes on trying.
    ///
    /// [`tokio::time::timeout`] around [`opened`](Self::opened) does the same, and says nothing of the cause.
    pub async fn opened_within(&self, limit: Duration) -> Result<(), ConnectionError> {
        timeout(limit, self.opened())
            .await
            .unwrap_or_else(|_| Err(ConnectionError::NotOpen(self.unopened(limit))))
    }

    /// What keeps the connection from being open.
    fn unopened(&self, limit: Duration) -> String {
        let state = self.state.borrow();
        match &state.failure {
            Some(why) => format!("the connection did not open within {limit:?}: {why}"),
            None if state.status == Status::Connected => format!("the connection was busy for {limit:?}"),
            None => format!("the connection did not open within {limit:?}"),
        }
    }

    /// Waits until the connection is over, and says why.
    pub async fn closed(&self) -> ConnectionError {
        let state = self.until(|state| state.end.is_some()).await;
        state.end.unwrap_or(ConnectionError::Closed)
    }

    /// Closes the connection, and waits until the other side has taken note (two seconds at most). Calls that are
    /// not answered by then end with an error. Again is no harm.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        self.command(Command::Close(done));
        // An error says that the task answers no more: the connection is closed.
        let _ = closed.await;
    }

    pub(super) fn listener_state(&self) -> Arc<ListenerState> {
        ListenerState::new(self.delivery.connection())
    }

    pub(super) fn subscription(&self, state: &Arc<ListenerState>) -> Subscription {
        Subscription::new(Arc::clone(state), Arc::new(self.commands.downgrade()))
    }

    /// The task is there as long as the runtime is; without it there is nothing left to tell.
    pub(super) fn command(&self, command: Command<C>) {
        let _ = self.commands.send(command);
    }

    async fn until(&self, reached: impl FnMut(&State) -> bool) -> State {
        let mut state = self.state.clone();
        match state.wait_for(reached).await {
            Ok(state) => state.clone(),
            Err(_) => State { status: Status::Closed, end: Some(ConnectionError::Closed), ..State::NEW },
        }
    }
}

impl<C: Contract> Unlisten for mpsc::WeakUnboundedSender<Command<C>> {
    fn unlisten(&self, state: &Arc<ListenerState>) {
        if let Some(commands) = self.upgrade() {
            let _ = commands.send(Command::Unlisten(Arc::clone(state)));
        }
    }
}

impl<C: Contract> Clone for Connection<C> {
    fn clone(&self) -> Self {
        Self {
            commands: self.commands.clone(),
            state: self.state.clone(),
            delivery: self.delivery,
            port: Arc::clone(&self.port),
            params: self.params.clone(),
        }
    }
}

impl<C: Contract> fmt::Debug for Connection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.borrow();
        f.debug_struct("Connection")
            .field("actor", &C::NAME)
            .field("status", &state.status)
            .field("id", &state.conn_id)
            .finish_non_exhaustive()
    }
}
