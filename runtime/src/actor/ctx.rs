//! The context: what an actor can do besides changing its own state.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    ActionOf,
    schedule::{Repeat, When},
};
use crate::{
    Actor, ActorId, Conn, ConnId, EventOf, Fault, Key, Queue, QueueOf, Schedule, ScheduleError, ScheduleId,
    WorkHandle,
    delivery::encoded_event::{EncodedEvent, SendError},
    host::{ActorCell, Claims, LifecycleRequest, LifecycleRequests, Turn},
};

/// What an action or a hook is given to reach the world: the actor's identity, its connections, its events.
///
/// It is never on the wire: clients do not pass it. Whether an action takes it (`ctx: &Ctx<Self>`, first) is the
/// action's choice.
///
/// A clone costs next to nothing, and can outlive the action: it is what work beside the actor's turns uses,
/// [`keep_awake`](Self::keep_awake) for example.
pub struct Ctx<A: Actor> {
    cell: Arc<ActorCell<A>>,
    caller: Option<Conn<A>>,
    schedule: Option<ScheduleId>,
    claims: Claims,
    /// What the turn has asked for its actor's life; `None` beside the turns, where it is granted at once.
    wishes: Option<LifecycleRequests>,
}

impl<A: Actor> Ctx<A> {
    pub(crate) fn of_turn(cell: Arc<ActorCell<A>>, caller: Option<Conn<A>>) -> Self {
        Self { cell, caller, schedule: None, claims: None, wishes: Some(LifecycleRequests::default()) }
    }

    pub(crate) fn beside(cell: Arc<ActorCell<A>>) -> Self {
        Self { cell, caller: None, schedule: None, claims: None, wishes: None }
    }

    /// A turn begins, for this connection if it is about one.
    pub(crate) fn begin_turn(&mut self, caller: Option<Conn<A>>) {
        (self.caller, self.wishes) = (caller, Some(LifecycleRequests::default()));
    }

    /// The turn is over, and nothing of it stays.
    pub(crate) fn end_turn(&mut self) {
        (self.caller, self.schedule) = (None, None);
    }

    pub(crate) fn set_schedule(&mut self, id: ScheduleId) {
        self.schedule = Some(id);
    }

    pub(crate) fn cell(&self) -> &Arc<ActorCell<A>> {
        &self.cell
    }

    pub(crate) fn wished(&self) -> LifecycleRequest {
        self.wishes.as_ref().map_or(LifecycleRequest::Stay, LifecycleRequests::get)
    }

    pub(crate) fn of_request(&self, claims: Claims) -> Self {
        Self { claims, ..self.clone() }
    }

    /// In `#[on_before_connect]`: what a layer around the server has found out about whoever wants in, by its type.
    ///
    /// A tower layer on [`Registry::router`](crate::Registry::router) puts it into the request's extensions, as it
    /// would for a handler's `Extension<Session>`. What of it is to be remembered goes into the state of the
    /// connection, which is what the hook returns. `None` if no layer has put it there, for clients in this process,
    /// and everywhere but in that hook.
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
    /// }
    ///
    /// #[actor]
    /// impl Room {
    ///     #[on_before_connect]
    ///     fn admit(&self, ctx: &Ctx<Self>) -> Result<String, Refusal> {
    ///         let session = ctx.claims::<Session>().ok_or(Refusal::NotSignedIn)?;
    ///         Ok(session.user.clone())
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn claims<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.claims.as_deref()?.get()
    }

    /// The actor's identity.
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.cell.record().id
    }

    /// The actor's key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.cell.record().key
    }

    /// The time of day, in milliseconds since 1970 (UTC). It goes back if somebody puts the system's clock back. A paused or
    /// advanced tokio runtime stops or moves it, as it does its timers.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.cell.shared().clock().now_ms()
    }

    /// The connection that made this call: `None` for schedules and for most hooks, and for a call through a handle
    /// that no `#[on_before_connect]` was asked about. One that it was asked about is a connection for that moment.
    #[must_use]
    pub fn conn(&self) -> Option<&Conn<A>> {
        self.caller.as_ref()
    }

    /// The open connections, in the order they joined.
    ///
    /// The list is of this moment: sending, closing and joining while it is iterated are all fine.
    #[must_use]
    pub fn conns(&self) -> Conns<A> {
        Conns { all: self.cell.connections().snapshot(), next: 0 }
    }

    /// The open connection with this id.
    #[must_use]
    pub fn get_conn(&self, id: ConnId) -> Option<Conn<A>> {
        self.cell.connections().get(id)
    }

    /// Sends an event to every connection that subscribed to it.
    ///
    /// It does not wait for anything. Events leave where the turn awaits, or at its end, and before its answer; those of
    /// one turn go to each connection together, in the order sent, whichever way they are sent. Returns `false`, with a line in the log, if the event cannot be sent at all:
    /// it cannot be encoded or is too large; [`try_broadcast`](Self::try_broadcast) says which.
    ///
    /// ```compile_fail
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Room;
    /// # #[derive(Serialize, Deserialize)] struct Ping;
    /// # #[derive(Serialize, Deserialize)] struct Pong;
    /// #[actor(events(Ping))]
    /// impl Room {
    ///     #[action]
    ///     fn ring(&self, ctx: &Ctx<Self>) {
    ///         ctx.broadcast(&Pong); // `Pong` is not an event of actor `Room`
    ///     }
    /// }
    /// ```
    pub fn broadcast<E: EventOf<A::Contract>>(&self, event: &E) -> bool {
        self.try_broadcast(event).inspect_err(SendError::log::<A::Contract, E>).is_ok()
    }

    /// Sends an event to every connection that subscribed to it, but not to this one.
    pub fn broadcast_except<E: EventOf<A::Contract>>(&self, conn: &Conn<A>, event: &E) -> bool {
        self.broadcast_where(|other| other != conn, event)
    }

    /// Sends an event to every connection that subscribed to it and fulfils the condition, for example all but
    /// those of one player.
    pub fn broadcast_where<E: EventOf<A::Contract>>(
        &self,
        wanted: impl Fn(&Conn<A>) -> bool,
        event: &E,
    ) -> bool {
        let sent = self.cell.connections().broadcast_where(wanted, event);
        sent.inspect_err(SendError::log::<A::Contract, E>).is_ok()
    }

    /// Like [`broadcast`](Self::broadcast), but says why an event cannot be sent.
    pub fn try_broadcast<E: EventOf<A::Contract>>(&self, event: &E) -> Result<(), SendError> {
        self.cell.connections().broadcast(event)
    }

    /// The actor's queue of messages of this type, one of its `#[actor(queues(..))]`: to take them from, in `#[run]` for
    /// example, and to send the actor itself some.
    ///
    /// ```compile_fail
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Room;
    /// # #[derive(Serialize, Deserialize)] struct Job;
    /// # #[derive(Serialize, Deserialize)] struct Mail;
    /// #[actor(queues(Job))]
    /// impl Room {
    ///     #[action]
    ///     fn work(&mut self, ctx: &Ctx<Self>) {
    ///         let _ = ctx.queue::<Mail>().try_next(); // `Mail` is not a message of a queue of actor `Room`
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn queue<M: QueueOf<A::Contract>>(&self) -> Queue<A, M> {
        Queue::new(Arc::clone(&self.cell))
    }

    /// A client of the actors in this process, this one included.
    ///
    /// A call that comes back to an actor that waits for it fails with `actor.deadlock` at once. Unlike those from outside
    /// ([`Registry::client`](crate::Registry::client)), it does not keep actors running.
    #[cfg(feature = "client")]
    #[must_use]
    pub fn client(&self) -> crate::Client {
        crate::Client::within(&crate::host::Runtime::of(self.cell.shared()))
    }
}

/// Later: schedules. They are durable, and set in the commit of the turn that sets them.
///
/// [`at`](Self::at) and [`cron`](Self::cron) follow the time of day: if the system's clock is set, they notice within 5 s.
/// [`after`](Self::after) and [`every`](Self::every) follow the time that has elapsed, which nobody can set; like
/// `tokio::time::sleep` they stand still while the machine is suspended. Only the time of day tells how long a process was
/// not there: after a restart they go by it, but are never further ahead than their delay or period.
///
/// An action that is scheduled is kept as its actor's state is. An argument that could not be read again, or would come back
/// as another value, is an error here.
#[expect(clippy::needless_pass_by_value, reason = "a schedule takes its action over, as a call does")]
impl<A: Actor> Ctx<A> {
    /// Runs an action once, after so long.
    pub fn after(&self, delay: Duration, action: ActionOf<A>) -> Result<ScheduleId, ScheduleError> {
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.cell.schedules().set(When::After(delay_ms), &action)
    }

    /// Runs an action once, at this time, in milliseconds since 1970 (UTC). A time that has passed is now.
    pub fn at(&self, due_ms: u64, action: ActionOf<A>) -> Result<ScheduleId, ScheduleError> {
        self.cell.schedules().set(When::At(due_ms), &action)
    }

    /// Runs an action every so often, first after one period.
    pub fn every(&self, period: Duration, action: ActionOf<A>) -> Result<ScheduleId, ScheduleError> {
        self.cell.schedules().set(When::Again(Repeat::every(period)?), &action)
    }

    /// Runs an action by a cron expression, in UTC: `"30 4 * * *"` is every day at half past four.
    pub fn cron(&self, expression: &str, action: ActionOf<A>) -> Result<ScheduleId, ScheduleError> {
        self.cell.schedules().set(When::Again(Repeat::cron(expression)?), &action)
    }

    /// What is scheduled, the earliest first.
    #[must_use]
    pub fn schedules(&self) -> Vec<Schedule> {
        self.cell.schedules().list()
    }

    /// Cancels a schedule. Says whether there was one.
    pub fn cancel(&self, id: ScheduleId) -> bool {
        self.cell.schedules().cancel(id)
    }

    /// The schedule that runs this action; `None` if somebody called it.
    ///
    /// What an action does to the state happens exactly once for each run of a schedule. What it does elsewhere may
    /// happen again after a crash: this id, with the time it was due, is what to recognise it by.
    #[must_use]
    pub fn schedule_id(&self) -> Option<ScheduleId> {
        self.schedule
    }
}

/// The actor's own life.
impl<A: Actor> Ctx<A> {
    /// Saves the state as it is now, in the middle of a `&mut self` action: `ctx.save(self).await?`.
    ///
    /// If the action fails hard after that, the actor goes on from here. Writes nothing if that is what is saved already.
    /// Does nothing for an ephemeral actor, and in a hook of one that is not made yet: its first commit has everything.
    pub async fn save(&self, state: &A) -> Result<(), Fault> {
        self.cell.saving().midway(state).await
    }

    /// A turn of the actor for a piece of code: what `#[run]`, [`keep_awake`](Self::keep_awake) and
    /// [`wait_until`](Self::wait_until) change the state with. It waits for its turn like a call. An action has its
    /// turn already: there it fails with `actor.deadlock` at once.
    ///
    /// What the code returns comes back when the turn ends, before its change is saved.
    ///
    /// ```
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Report { pages: Vec<String> }
    /// # async fn fetch() -> String { String::new() }
    /// #[actor]
    /// impl Report {
    ///     #[action]
    ///     fn fetch_next(&self, ctx: &Ctx<Self>) {
    ///         let beside = ctx.clone();
    ///         ctx.keep_awake(async move {
    ///             let page = fetch().await;
    ///             beside.turn(|report| report.pages.push(page)).await
    ///         });
    ///     }
    /// }
    /// ```
    pub fn turn<R: Send + 'static>(
        &self,
        code: impl FnOnce(&mut A) -> R + Send + 'static,
    ) -> impl Future<Output = Result<R, Fault>> + Send {
        // Not in the future: it would be as large as what the code holds.
        let turn = Turn::new(&self.cell, code).on_behalf_of(self.caller.as_ref());
        async move { turn.run(&self.cell).await }
    }

    /// Waits until the actor is to end: it goes to sleep, is destroyed, or the server stops. What runs beside its turns, or has one
    /// and waits, is to stop by then; [`Queue::next`] does so by itself.
    ///
    /// A destroy is told at once, and then waits for the turns under way. `#[run]` is cancelled at the end anyway.
    ///
    /// ```
    /// # use callboard::prelude::*;
    /// # use std::time::Duration;
    /// # #[derive(Default, Serialize, Deserialize)] struct Camera;
    /// # async fn next_frame() {}
    /// #[actor]
    /// impl Camera {
    ///     #[action]
    ///     fn record(&self, ctx: &Ctx<Self>) {
    ///         let beside = ctx.clone();
    ///         ctx.keep_awake(async move {
    ///             loop {
    ///                 tokio::select! {
    ///                     () = next_frame() => {}
    ///                     () = beside.cancelled() => break,
    ///                 }
    ///             }
    ///         });
    ///     }
    /// }
    /// ```
    pub async fn cancelled(&self) {
        self.cell.background_work().cancelled().await;
    }

    /// Whether the actor is to end: see [`cancelled`](Self::cancelled).
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cell.background_work().is_cancelled()
    }

    /// Runs a piece of work beside the actor's turns; the actor does not sleep before it has ended. Work that an action
    /// [waits for](WorkHandle) gets no turn of the actor meanwhile: it is told so with `actor.deadlock`.
    pub fn keep_awake<F>(&self, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.cell.background_work().keep_awake(work)
    }

    /// Runs a piece of work beside the actor's turns. An actor that would sleep waits for it, up to 15 s, and does what
    /// comes meanwhile. If it begins in `#[on_sleep]`, that waits for it likewise, and the turns and calls of that work are
    /// the last ones before the actor sleeps; what others want is for its next time awake. A server that stops waits for it too; it may set schedules then, but gets no more turns: they
    /// fail with `guard.service_unavailable` at once. Work that an action [waits for](WorkHandle) gets no turn of the actor
    /// meanwhile: it is told so with `actor.deadlock`.
    pub fn wait_until<F>(&self, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.cell.background_work().wait_until(work)
    }

    /// Goes to sleep after this turn, once [work](Self::keep_awake) that keeps it awake has ended, and messages that wait for
    /// `#[run]` are handled. Calls that come after that wait for its next time awake.
    pub fn sleep(&self) {
        self.wish(LifecycleRequest::Sleep);
    }

    /// Destroys the actor after this turn: its state and schedules are gone, its connections are closed, and its key
    /// is free for a new actor.
    ///
    /// That is part of what the turn does: an action that panics after it destroys nothing, and one that does not is
    /// answered once the store has forgotten the actor. If the store fails, the caller gets an error, and the actor
    /// goes on from its last saved state. Beside the turns, and for a `"relaxed"` actor, it is tried until it is done.
    pub fn destroy(&self) {
        self.wish(LifecycleRequest::Destroy);
    }

    fn wish(&self, wish: LifecycleRequest) {
        match &self.wishes {
            Some(wishes) => wishes.raise(wish),
            None => self.cell.request(wish),
        }
    }
}

impl<A: Actor> Clone for Ctx<A> {
    /// For use beside the turns, whenever that is.
    fn clone(&self) -> Self {
        let (cell, caller) = (Arc::clone(&self.cell), self.caller.clone());
        Self { cell, caller, schedule: self.schedule, claims: self.claims.clone(), wishes: None }
    }
}

impl<A: Actor> fmt::Debug for Ctx<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx")
            .field("id", &self.id())
            .field("key", self.key())
            .field("conn", &self.caller)
            .field("schedule", &self.schedule)
            .finish_non_exhaustive()
    }
}

/// The open connections of an actor, in the order they joined: an iterator of handles.
pub struct Conns<A: Actor> {
    all: Arc<[Conn<A>]>,
    next: usize,
}

impl<A: Actor> Iterator for Conns<A> {
    type Item = Conn<A>;

    fn next(&mut self) -> Option<Conn<A>> {
        while let Some(conn) = self.all.get(self.next) {
            self.next += 1;
            if conn.is_open() {
                return Some(conn.clone());
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.all.len() - self.next))
    }
}

impl<A: Actor> fmt::Debug for Conns<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all[self.next..].iter()).finish()
    }
}

/// Sends one event to several connections: `ctx.conns().filter(..).send(&event)`.
///
/// Each of them gets it, whatever it subscribed to; it is serialized once per encoding.
pub trait SendEach<A: Actor>: Iterator<Item = Conn<A>> + Sized {
    /// Sends the event to each connection, and returns how many took it.
    fn send<E: EventOf<A::Contract>>(self, event: &E) -> usize {
        let mut encoded = EncodedEvent::new(event);
        let (mut taken, mut last) = (0, None);
        for conn in self {
            match conn.send_encoded(&mut encoded) {
                Ok(()) => {
                    taken += 1;
                    last = Some(conn);
                }
                Err(SendError::Closed) => {}
                Err(error) => {
                    error.log::<A::Contract, E>();
                    break;
                }
            }
        }
        if let Some(conn) = last {
            conn.meters().published(E::INDEX, None, taken as u64);
        }
        taken
    }
}

impl<A: Actor, I: Iterator<Item = Conn<A>>> SendEach<A> for I {}
