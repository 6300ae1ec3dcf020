//! The context: what an actor can do besides changing its own state.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    ActionOf,
    conns::Conns,
    schedule::{Repeat, When},
};
use crate::{
    Actor, ActorId, Conn, ConnId, EventOf, Key, Queue, QueueOf, Schedule, ScheduleError, ScheduleId,
    delivery::encoded_event::SendError,
    host::{ActorCell, Claims, LifecycleRequest, LifecycleRequests},
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

    /// Asks for a change of the actor's own life.
    pub(super) fn wish(&self, wish: LifecycleRequest) {
        match &self.wishes {
            Some(wishes) => wishes.raise(wish),
            None => self.cell.request(wish),
        }
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
        self.cell.id()
    }

    /// The actor's key.
    #[must_use]
    pub fn key(&self) -> &Key {
        self.cell.key()
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
        Conns::new(self.cell.connections().snapshot())
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
