//! The task of a connection, which alone owns the listeners and the unanswered calls.
//!
//! The user's side sends it [`Command`]s, and the link sends it [`LinkIncoming`] messages. Both arrive in order,
//! and commands go first: a listener that is added inside a listener is there for the next event.
//!
//! The connection is in one of these states, which [`Status`] shows to the user:
//!
//! ```text
//!                    ┌─────────── the backoff ends ───────────┐
//!                    ▼                                        │
//! (new) ──────► Connecting ── dial fails: `Lost` ──────► Disconnected
//!                    │                                        ▲
//!              `Open` arrives                                 │
//!                    ▼                                        │
//!                Connected ── the link is lost: `Lost` ───────┘
//!
//! each of the three ── `close()`, or the last `Connection` is dropped: `Requested` ──► Closed
//! each of the three ── refused in a way that another attempt cannot change: `Final` ──► Closed
//! ```
//!
//! | state | method | calls | listeners of events |
//! |---|---|---|---|
//! | `Connecting` | `connect_once`: `dial`, then `run_link` until `Open` | wait in [`Calls`] | are kept |
//! | `Connected` | `run_link` | are sent at once | first and last one of an event: (un)subscribe |
//! | `Disconnected` | `run`: sleeps for the [`Backoff`] | in flight: failed as `MaybeApplied`; new: wait | are kept |
//! | `Closed` | `finish` | fail with the reason | are dropped |
//!
//! In every state the task takes commands, so no call and no listener ever waits for a dial or a sleep: see
//! `run_commands_while`. The task ends when the last `Connection` is dropped, after `finish` has answered all
//! commands.

use std::{future::Future, ops::ControlFlow, pin::pin, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

use super::{
    backoff::Backoff,
    calls::Calls,
    command::Command,
    dial_failures::DialFailures,
    disconnect::Disconnect,
    link::{Dial, Link, LinkIncoming, LinkOutgoing},
    listener::Delivery,
    listeners::Listeners,
    open_link::OpenLink,
    refusal::Refusal,
    status::{ConnectionError, State, Status},
};
use crate::{Contract, Event, Fault, util::log, wire::Params};

/// How long `close` waits until the other side has closed too.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The task of one connection: see the module.
pub(super) struct Driver<C: Contract> {
    dialer: Arc<dyn Dial<C>>,
    params: Option<Params>,
    commands: mpsc::UnboundedReceiver<Command<C>>,
    state: watch::Sender<State>,
    listeners: Listeners,
    calls: Calls<C>,
    backoff: Backoff,
    dial_failures: DialFailures,
    /// The present link, once the server has accepted it.
    open: Option<OpenLink<C>>,
    /// The last error that the server sent on the present link. The reason of a close repeats it in short.
    last_fault: Option<Fault>,
}

impl<C: Contract> Driver<C> {
    pub(super) fn new(
        dialer: Arc<dyn Dial<C>>,
        params: Option<Params>,
        commands: mpsc::UnboundedReceiver<Command<C>>,
        state: watch::Sender<State>,
        delivery: Delivery,
    ) -> Self {
        Self {
            dialer,
            params,
            commands,
            state,
            listeners: Listeners::new::<C>(delivery),
            calls: Calls::default(),
            backoff: Backoff::default(),
            dial_failures: DialFailures::default(),
            open: None,
            last_fault: None,
        }
    }

    /// Keeps the connection until it is over, and then answers commands until the last `Connection` is dropped.
    pub(super) async fn run(mut self) {
        let disconnect = loop {
            match self.connect_once().await {
                Disconnect::Lost(why) => self.on_link_lost(&why),
                disconnect => break disconnect,
            }
            let delay = self.backoff.next();
            if let Err(disconnect) = self.run_commands_while(sleep(delay)).await {
                break disconnect;
            }
        };
        self.finish(disconnect).await;
    }

    /// Answers commands of a connection that was never tried, because its params cannot be encoded.
    pub(super) async fn fail(self, why: ConnectionError) {
        self.finish(Disconnect::Final(why)).await;
    }

    /// Opens one link and runs it to its end.
    async fn connect_once(&mut self) -> Disconnect {
        self.last_fault = None;
        self.set_status(Status::Connecting);
        let dialer = Arc::clone(&self.dialer);
        let params = self.params.clone();
        match self.run_commands_while(dialer.dial(params)).await {
            Ok(Ok(link)) => self.run_link(link).await,
            Ok(Err(error)) => Disconnect::of_dial(error),
            Err(disconnect) => disconnect,
        }
    }

    /// Handles commands until `future` is done, or until a command ends the connection.
    async fn run_commands_while<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Disconnect> {
        let mut future = pin!(future);
        loop {
            tokio::select! {
                biased;
                command = self.commands.recv() => {
                    if let ControlFlow::Break(disconnect) = self.handle_command(command) {
                        return Err(disconnect);
                    }
                }
                value = &mut future => return Ok(value),
            }
        }
    }

    /// Handles commands and messages until the link or the connection ends.
    async fn run_link(&mut self, mut link: Link<C>) -> Disconnect {
        loop {
            let flow = tokio::select! {
                biased;
                command = self.commands.recv() => self.handle_command(command),
                message = link.rx.recv() => self.handle_message(message, &link.tx),
            };
            if let ControlFlow::Break(disconnect) = flow {
                if let Disconnect::Requested(_) = disconnect {
                    self.close_link(link).await;
                }
                return disconnect;
            }
        }
    }

    /// Does what a command asks. `None` means that the last `Connection` was dropped.
    fn handle_command(&mut self, command: Option<Command<C>>) -> ControlFlow<Disconnect> {
        match command {
            Some(Command::Call(call)) => match &self.open {
                Some(open) => self.calls.send(call, open.tx()),
                None => self.calls.queue(call),
            },
            Some(Command::Listen(index, listener)) => {
                self.listeners.add(index, listener);
                if let Some(open) = &mut self.open {
                    open.retry_refused(index);
                }
                self.sync_subscription(index);
            }
            Some(Command::Unlisten(state)) => {
                self.listeners.remove(&state);
                self.sync_all_subscriptions();
            }
            Some(Command::WatchErrors(listener)) => self.listeners.watch_errors(listener),
            Some(Command::WatchStatus(listener)) => self.listeners.watch_status(listener),
            Some(Command::Close(done)) => return ControlFlow::Break(Disconnect::Requested(Some(done))),
            None => return ControlFlow::Break(Disconnect::Requested(None)),
        }
        ControlFlow::Continue(())
    }

    /// Handles a message of the server. `None` means that the link ended without a close.
    fn handle_message(
        &mut self,
        message: Option<LinkIncoming<C>>,
        tx: &mpsc::UnboundedSender<LinkOutgoing<C>>,
    ) -> ControlFlow<Disconnect> {
        match message {
            Some(LinkIncoming::Open { actor_id, conn_id }) => self.on_open(&actor_id, &conn_id, tx),
            Some(LinkIncoming::Event { index, format, args }) => {
                if let Err(error) = self.listeners.deliver::<C>(index, format, &args) {
                    self.listeners.report(&error);
                }
                self.sync_subscription(index);
            }
            Some(LinkIncoming::Refused { index, fault }) => self.on_refused(index, fault),
            Some(LinkIncoming::Dropped { index, dropped }) => {
                let event = C::Event::TABLE[index].name;
                self.listeners.report(&ConnectionError::Missed { event, events: dropped });
            }
            Some(LinkIncoming::Reply { id, result }) => self.calls.answer(id, result),
            Some(LinkIncoming::Error(fault)) => {
                self.listeners.report(&fault.clone().into());
                self.last_fault = Some(fault);
            }
            Some(LinkIncoming::Closed { code, reason }) => {
                let disconnect =
                    Disconnect::of_close(code, &reason, self.open.is_some(), self.last_fault.as_ref());
                return ControlFlow::Break(disconnect);
            }
            None => return ControlFlow::Break(Disconnect::broken()),
        }
        ControlFlow::Continue(())
    }

    /// The server has accepted the link: subscribes again to every event with a listener, then sends the calls
    /// that waited.
    fn on_open(&mut self, actor_id: &str, conn_id: &str, tx: &mpsc::UnboundedSender<LinkOutgoing<C>>) {
        self.open = Some(OpenLink::new(tx.clone()));
        self.sync_all_subscriptions();
        self.calls.send_queued(tx);
        self.dial_failures.reset();
        self.state.send_modify(|state| {
            state.failure = None;
            state.actor_id = actor_id.parse().ok();
            state.conn_id = conn_id.parse().ok();
        });
        self.set_status(Status::Connected);
    }

    /// Asks the server to send the event at this place of the table, or to stop it, if the listeners have changed
    /// that.
    fn sync_subscription(&mut self, index: usize) {
        if let Some(open) = &mut self.open {
            open.subscribe(index, self.listeners.has_listeners(index));
        }
    }

    /// The server refuses to send an event, which is reported to the listeners of that event and to those of
    /// errors.
    fn on_refused(&mut self, index: usize, fault: Fault) {
        if let Some(open) = &mut self.open
            && open.refuse(index)
        {
            let refusal = Refusal::new(C::Event::TABLE[index].name, fault);
            self.listeners.refuse(index, &refusal);
            self.listeners.report(&refusal.into());
        }
    }

    fn sync_all_subscriptions(&mut self) {
        (0..C::Event::TABLE.len()).for_each(|index| self.sync_subscription(index));
    }

    /// The link is gone, and another attempt follows.
    fn on_link_lost(&mut self, why: &ConnectionError) {
        if self.open.is_none() {
            self.dial_failures.log::<C>(self.dialer.address(), why);
            self.state.send_modify(|state| state.failure = Some(why.cause()));
        }
        self.drop_link();
        self.calls.fail_in_flight(why);
        self.set_status(Status::Disconnected);
        self.report_unless_reported(why);
    }

    /// Drops the present link, if one is open.
    fn drop_link(&mut self) {
        self.open.take().inspect(|open| self.backoff.reset_if_stable(open.age()));
        self.state.send_modify(|state| state.conn_id = None);
    }

    /// Asks the other side to close, and takes the replies that come until it has.
    async fn close_link(&mut self, mut link: Link<C>) {
        let _ = link.tx.send(LinkOutgoing::Close);
        let last_replies = async {
            while let Some(message) = link.rx.recv().await {
                if let LinkIncoming::Reply { id, result } = message {
                    self.calls.answer(id, result);
                }
            }
        };
        if timeout(CLOSE_TIMEOUT, last_replies).await.is_err() {
            log::debug!("the server did not answer the close in time");
        }
    }

    /// The connection is over: fails what waits, reports the reason, and answers every later command with it.
    async fn finish(mut self, disconnect: Disconnect) {
        let (why, done) = match disconnect {
            Disconnect::Requested(done) => (ConnectionError::Closed, done),
            Disconnect::Final(why) | Disconnect::Lost(why) => (why, None),
        };
        if self.open.is_none() {
            DialFailures::log_final::<C>(self.dialer.address(), &why);
        }
        self.drop_link();
        self.calls.fail_in_flight(&why);
        self.calls.fail_queued(&why);
        self.listeners.clear_events();
        self.state.send_modify(|state| state.end = Some(why.clone()));
        self.set_status(Status::Closed);
        if why != ConnectionError::Closed {
            self.report_unless_reported(&why);
        }
        self.listeners.clear();
        drop(done);
        while let Some(command) = self.commands.recv().await {
            self.handle_late_command(command, &why);
        }
    }

    fn handle_late_command(&mut self, command: Command<C>, why: &ConnectionError) {
        match command {
            Command::Call(call) => {
                self.calls.queue(call);
                self.calls.fail_queued(why);
            }
            // A listener of errors that comes late gets the last error at once.
            Command::WatchErrors(listener) if *why != ConnectionError::Closed => {
                self.listeners.report_late(why, listener);
            }
            Command::WatchErrors(_)
            | Command::WatchStatus(_)
            | Command::Listen(..)
            | Command::Unlisten(_)
            | Command::Close(_) => {}
        }
    }

    fn set_status(&mut self, status: Status) {
        self.state.send_modify(|state| state.status = status);
        self.listeners.report_status(status);
    }

    /// Reports an error, unless it is the one that the server has already sent as a message of its own.
    fn report_unless_reported(&mut self, error: &ConnectionError) {
        if error.fault().is_none() || error.fault() != self.last_fault.as_ref() {
            self.listeners.report(error);
        }
    }
}
