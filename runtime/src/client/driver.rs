//! The task of a connection: it alone owns the listeners and the unanswered calls.
//!
//! What the user's side does reaches it as [`Command`]s, in order, and what the server sends as [`FromServer`]s, in
//! order. Commands go first, so that a listener added inside a listener is there for the next event.

use std::{future::Future, ops::ControlFlow, pin::pin, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout},
};

use super::{
    backoff::Backoff,
    calls::Calls,
    command::Command,
    ending::Ending,
    link::{Dial, FromServer, Link, ToServer},
    listener::Turn,
    listeners::Listeners,
    outage::Outage,
    refusal::Refusal,
    status::{ConnectionError, State, Status},
};
use crate::{Contract, Event, Fault, util::log, wire::Params};

/// How long `close` waits for the other side to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// See the module.
pub(super) struct Driver<C: Contract> {
    dialer: Arc<dyn Dial<C>>,
    params: Option<Params>,
    commands: mpsc::UnboundedReceiver<Command<C>>,
    state: watch::Sender<State>,
    listeners: Listeners,
    calls: Calls<C>,
    backoff: Backoff,
    outage: Outage,
    /// The present link, once the server has accepted it.
    open: Option<Open<C>>,
    /// What the server said last on the present link; the reason of a close repeats it in short.
    last_fault: Option<Fault>,
}

/// A link that the server has accepted.
struct Open<C: Contract> {
    tx: mpsc::UnboundedSender<ToServer<C>>,
    since: Instant,
    /// For each event, what the server was told, and said to it.
    subscriptions: Vec<Subscribed>,
}

/// What became of an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subscribed {
    No,
    /// The server was told to send it.
    Yes,
    /// The server does not send it; whoever listens next asks again.
    Refused,
}

impl<C: Contract> Driver<C> {
    pub(super) fn new(
        dialer: Arc<dyn Dial<C>>,
        params: Option<Params>,
        commands: mpsc::UnboundedReceiver<Command<C>>,
        state: watch::Sender<State>,
        turn: Turn,
    ) -> Self {
        Self {
            dialer,
            params,
            commands,
            state,
            listeners: Listeners::new::<C>(turn),
            calls: Calls::default(),
            backoff: Backoff::default(),
            outage: Outage::default(),
            open: None,
            last_fault: None,
        }
    }

    /// Keeps the connection until it is over, and then answers for it until nobody can ask any more.
    pub(super) async fn run(mut self) {
        let ending = loop {
            match self.attempt().await {
                Ending::Lost(why) => self.lose(&why),
                ending => break ending,
            }
            let delay = self.backoff.next();
            if let Err(ending) = self.meanwhile(sleep(delay)).await {
                break ending;
            }
        };
        self.end(ending).await;
    }

    /// Answers for a connection that could not even be tried.
    pub(super) async fn fail(self, why: ConnectionError) {
        self.end(Ending::Final(why)).await;
    }

    /// One link, from the attempt to open it to its end.
    async fn attempt(&mut self) -> Ending {
        self.last_fault = None;
        self.set_status(Status::Connecting);
        let dialer = Arc::clone(&self.dialer);
        let params = self.params.clone();
        match self.meanwhile(dialer.dial(params)).await {
            Ok(Ok(link)) => self.serve(link).await,
            Ok(Err(error)) => Ending::of_dial(error),
            Err(ending) => ending,
        }
    }

    /// Obeys commands until `future` is done, or until one of them ends the connection.
    async fn meanwhile<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Ending> {
        let mut future = pin!(future);
        loop {
            tokio::select! {
                biased;
                command = self.commands.recv() => {
                    if let ControlFlow::Break(ending) = self.obey(command) {
                        return Err(ending);
                    }
                }
                value = &mut future => return Ok(value),
            }
        }
    }

    /// Carries messages both ways until the link or the connection ends.
    async fn serve(&mut self, mut link: Link<C>) -> Ending {
        loop {
            let flow = tokio::select! {
                biased;
                command = self.commands.recv() => self.obey(command),
                message = link.rx.recv() => self.receive(message, &link.tx),
            };
            if let ControlFlow::Break(ending) = flow {
                if let Ending::Asked(_) = ending {
                    self.say_goodbye(link).await;
                }
                return ending;
            }
        }
    }

    /// Does what the user's side asks. `None` says that the last `Connection` was dropped.
    fn obey(&mut self, command: Option<Command<C>>) -> ControlFlow<Ending> {
        match command {
            Some(Command::Call(call)) => match &self.open {
                Some(open) => self.calls.send(call, &open.tx),
                None => self.calls.queue(call),
            },
            Some(Command::Listen(index, listener)) => {
                self.listeners.add(index, listener);
                self.ask_again(index);
                self.subscribe(index);
            }
            Some(Command::Forget(gate)) => {
                self.listeners.remove(&gate);
                self.subscribe_all();
            }
            Some(Command::WatchErrors(listener)) => self.listeners.watch_errors(listener),
            Some(Command::WatchStatus(listener)) => self.listeners.watch_status(listener),
            Some(Command::Close(done)) => return ControlFlow::Break(Ending::Asked(Some(done))),
            None => return ControlFlow::Break(Ending::Asked(None)),
        }
        ControlFlow::Continue(())
    }

    /// Takes what the server sent. `None` says that the link is gone without a word.
    fn receive(
        &mut self,
        message: Option<FromServer<C>>,
        tx: &mpsc::UnboundedSender<ToServer<C>>,
    ) -> ControlFlow<Ending> {
        match message {
            Some(FromServer::Open { actor_id, conn_id }) => self.accept(&actor_id, &conn_id, tx),
            Some(FromServer::Event { index, format, args }) => {
                if let Err(error) = self.listeners.deliver::<C>(index, format, &args) {
                    self.listeners.report(&error);
                }
                self.subscribe(index);
            }
            Some(FromServer::Refused { index, fault }) => self.be_refused(index, fault),
            Some(FromServer::Dropped { index, dropped }) => {
                let event = C::Event::TABLE[index].name;
                self.listeners.report(&ConnectionError::Missed { event, events: dropped });
            }
            Some(FromServer::Reply { id, result }) => self.calls.answer(id, result),
            Some(FromServer::Error(fault)) => {
                self.listeners.report(&fault.clone().into());
                self.last_fault = Some(fault);
            }
            Some(FromServer::Closed { code, reason }) => {
                let ending = Ending::of_close(code, &reason, self.open.is_some(), self.last_fault.as_ref());
                return ControlFlow::Break(ending);
            }
            None => return ControlFlow::Break(Ending::broken()),
        }
        ControlFlow::Continue(())
    }

    /// The server has accepted the link: the subscriptions are made again, then the calls that waited are sent.
    fn accept(&mut self, actor_id: &str, conn_id: &str, tx: &mpsc::UnboundedSender<ToServer<C>>) {
        let subscriptions = vec![Subscribed::No; C::Event::TABLE.len()];
        self.open = Some(Open { tx: tx.clone(), since: Instant::now(), subscriptions });
        self.subscribe_all();
        self.calls.send_queued(tx);
        self.outage.end();
        self.state.send_modify(|state| {
            state.failure = None;
            state.actor_id = actor_id.parse().ok();
            state.conn_id = conn_id.parse().ok();
        });
        self.set_status(Status::Connected);
    }

    /// Tells the server whether anybody listens to the event at this place of the table, if that has changed.
    fn subscribe(&mut self, index: usize) {
        let on = self.listeners.is_heard(index);
        if let Some(open) = &mut self.open
            && let Some(subscribed) = open.subscriptions.get_mut(index)
            && (*subscribed != Subscribed::No) != on
        {
            *subscribed = if on { Subscribed::Yes } else { Subscribed::No };
            // A link that is gone is noticed when its messages end.
            let _ = open.tx.send(ToServer::Subscribe { index, on });
        }
    }

    /// Somebody begins to listen: that the event was refused to others before is no answer to that.
    fn ask_again(&mut self, index: usize) {
        if let Some(open) = &mut self.open
            && let Some(subscribed @ Subscribed::Refused) = open.subscriptions.get_mut(index)
        {
            *subscribed = Subscribed::No;
        }
    }

    /// The server does not send an event: those hear of it who listen to that, and whoever listens to errors.
    fn be_refused(&mut self, index: usize, fault: Fault) {
        if let Some(open) = &mut self.open
            && let Some(subscribed @ Subscribed::Yes) = open.subscriptions.get_mut(index)
        {
            *subscribed = Subscribed::Refused;
            let refusal = Refusal::new(C::Event::TABLE[index].name, fault);
            self.listeners.refuse(index, &refusal);
            self.listeners.report(&refusal.into());
        }
    }

    fn subscribe_all(&mut self) {
        (0..C::Event::TABLE.len()).for_each(|index| self.subscribe(index));
    }

    /// The link is gone, and another may follow.
    fn lose(&mut self, why: &ConnectionError) {
        if self.open.is_none() {
            self.outage.failed::<C>(self.dialer.address(), why);
            self.state.send_modify(|state| state.failure = Some(why.cause()));
        }
        self.leave();
        self.calls.break_in_flight(why);
        self.set_status(Status::Disconnected);
        self.report_unless_said(why);
    }

    /// Forgets the present link.
    fn leave(&mut self) {
        self.open.take().inspect(|open| self.backoff.lived(open.since.elapsed()));
        self.state.send_modify(|state| state.conn_id = None);
    }

    /// Asks the other side to close, and takes the answers that still come until it has.
    async fn say_goodbye(&mut self, mut link: Link<C>) {
        let _ = link.tx.send(ToServer::Close);
        let last_words = async {
            while let Some(message) = link.rx.recv().await {
                if let FromServer::Reply { id, result } = message {
                    self.calls.answer(id, result);
                }
            }
        };
        if timeout(GOODBYE, last_words).await.is_err() {
            log::debug!("the server did not say goodbye in time");
        }
    }

    /// The connection is over. Whoever asks from now on hears why.
    async fn end(mut self, ending: Ending) {
        let (why, done) = match ending {
            Ending::Asked(done) => (ConnectionError::Closed, done),
            Ending::Final(why) | Ending::Lost(why) => (why, None),
        };
        if self.open.is_none() {
            Outage::failed_for_good::<C>(self.dialer.address(), &why);
        }
        self.leave();
        self.calls.break_in_flight(&why);
        self.calls.refuse_queued(&why);
        self.listeners.clear_events();
        self.state.send_modify(|state| state.end = Some(why.clone()));
        self.set_status(Status::Closed);
        if why != ConnectionError::Closed {
            self.report_unless_said(&why);
        }
        self.listeners.clear();
        drop(done);
        while let Some(command) = self.commands.recv().await {
            self.obey_after_end(command, &why);
        }
    }

    fn obey_after_end(&mut self, command: Command<C>, why: &ConnectionError) {
        match command {
            Command::Call(call) => {
                self.calls.queue(call);
                self.calls.refuse_queued(why);
            }
            // Whoever begins to watch now shall not wait for what has already been said.
            Command::WatchErrors(listener) if *why != ConnectionError::Closed => {
                self.listeners.report_late(why, listener);
            }
            Command::WatchErrors(_)
            | Command::WatchStatus(_)
            | Command::Listen(..)
            | Command::Forget(_)
            | Command::Close(_) => {}
        }
    }

    fn set_status(&mut self, status: Status) {
        self.state.send_modify(|state| state.status = status);
        self.listeners.tell_status(status);
    }

    /// Reports an error, unless the server's own message of it has already been reported.
    fn report_unless_said(&mut self, error: &ConnectionError) {
        if error.fault().is_none() || error.fault() != self.last_fault.as_ref() {
            self.listeners.report(error);
        }
    }
}
