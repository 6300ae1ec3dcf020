//! The transport inside one process: actions and replies are moved, never serialized.

use std::sync::{Arc, OnceLock, Weak};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::{
    link::{BoxFuture, Dial, DialError, Link, LinkIncoming, LinkOutgoing, Outgoing, Port, Sent},
    target::Target,
};
use crate::{
    ActorId, CallError, ConnId, Contract, Fault, Key,
    contract::{ReplyOf, queue::KEPT},
    delivery::outbox::Close,
    error::{Code, faults},
    host::{
        AdmissionRequest, Asked, Chain, ConnectInfo, EnqueueRequest, LocalActor, LocalConn, LocalKind,
        LocalPeer, Lookup, Nobody, Runtime, Told,
    },
    util::task,
    wire::{Format, Params},
};

/// Where the actors of this process are, for a client.
#[derive(Clone, Debug)]
pub(super) enum Host {
    /// For a client outside of the actors: they run as long as it has this.
    Outside(Arc<Runtime>),
    /// For a client that an actor has: it does not keep the actors running, of which that is one.
    Within(Weak<Runtime>),
}

impl Host {
    fn runtime(&self) -> Result<Arc<Runtime>, Fault> {
        match self {
            Self::Outside(runtime) => Ok(Arc::clone(runtime)),
            // Nobody is left outside, so they are stopping.
            Self::Within(runtime) => runtime.upgrade().ok_or_else(faults::service_unavailable),
        }
    }
}

/// The actor of one target, in this process.
pub(super) struct LocalPort<C: Contract> {
    host: Host,
    target: Target,
    /// The actor as it was first found, which is all that most handles ever need.
    first: OnceLock<Weak<dyn LocalActor<C>>>,
    /// The actor as it was last found; gone if it has gone to sleep.
    found: Mutex<Weak<dyn LocalActor<C>>>,
}

impl<C: Contract> LocalPort<C> {
    pub(super) fn new(host: Host, target: Target) -> Self {
        Self { host, target, first: OnceLock::new(), found: Mutex::new(Weak::<Nobody>::new()) }
    }

    fn found(&self) -> Option<Arc<dyn LocalActor<C>>> {
        self.found.lock().upgrade()
    }

    /// Posts an action to the actor, if it was found before and is awake.
    #[inline]
    fn post_now<T>(
        &self,
        mut action: C::Action,
        post: impl Fn(Arc<dyn LocalActor<C>>, C::Action) -> Result<T, C::Action>,
    ) -> Result<T, C::Action> {
        if let Some(actor) = self.first.get().and_then(Weak::upgrade) {
            match post(actor, action) {
                Ok(posted) => return Ok(posted),
                Err(unposted) => action = unposted,
            }
        }
        match self.found() {
            Some(actor) => post(actor, action),
            None => Err(action),
        }
    }

    /// Somebody who shows these params to whom the target leads.
    async fn admission(
        &self,
        params: Option<Params>,
    ) -> Result<(Arc<dyn LocalKind<C>>, AdmissionRequest), Fault> {
        admission(&self.host, &self.target, params).await
    }

    async fn awake(&self) -> Result<Arc<dyn LocalActor<C>>, Fault> {
        match self.found().filter(|actor| actor.is_awake()) {
            Some(actor) => Ok(actor),
            None => self.find().await,
        }
    }

    async fn find(&self) -> Result<Arc<dyn LocalActor<C>>, Fault> {
        let actor = find(&self.host, &self.target).await?;
        // Set once: from then on there is only the last one to be remembered.
        let _ = self.first.set(Arc::downgrade(&actor));
        *self.found.lock() = Arc::downgrade(&actor);
        Ok(actor)
    }

    /// Posts an action to the actor, which is woken as often as it gives the action back.
    async fn post<T>(
        &self,
        mut action: C::Action,
        post: impl Fn(Arc<dyn LocalActor<C>>, C::Action) -> Result<T, C::Action>,
    ) -> Result<T, Fault> {
        let mut actor = self.found();
        loop {
            let awake = match actor.take() {
                Some(actor) => actor,
                None => self.find().await?,
            };
            match post(awake, action) {
                Ok(posted) => return Ok(posted),
                Err(unposted) => action = unposted,
            }
        }
    }
}

async fn admission<C: Contract>(
    host: &Host,
    target: &Target,
    params: Option<Params>,
) -> Result<(Arc<dyn LocalKind<C>>, AdmissionRequest), Fault> {
    let runtime = host.runtime()?;
    let kind = runtime.local_kind::<C>()?;
    let (key, lookup, id) = match target {
        Target::Get(key) => (key.clone(), Lookup::Get, None),
        Target::GetOrCreate(key, input) => {
            (key.clone(), Lookup::GetOrCreate { input: input.as_deref().cloned() }, None)
        }
        Target::Id(id) => (runtime.key_of(C::NAME, *id).await?, Lookup::Get, Some(*id)),
    };
    Ok((kind, AdmissionRequest { key, id, lookup, info: ConnectInfo { params, ..ConnectInfo::default() } }))
}

/// The actor itself, for a client that is trusted.
async fn find<C: Contract>(host: &Host, target: &Target) -> Result<Arc<dyn LocalActor<C>>, Fault> {
    // An actor's client does not keep the runtime for as long as a start may take.
    let (kind, AdmissionRequest { key, id, lookup, .. }) = admission::<C>(host, target, None).await?;
    let (actor, _) = kind.reach(key, lookup).await?;
    if id.is_some_and(|id| id != actor.id()) {
        return Err(faults::actor_not_found());
    }
    Ok(actor)
}

/// Makes an actor that must not exist.
pub(super) async fn create<C: Contract>(
    host: &Host,
    key: Key,
    input: Option<Bytes>,
) -> Result<ActorId, Fault> {
    let kind = host.runtime()?.local_kind::<C>()?;
    let (actor, _) = kind.reach(key, Lookup::Create { input }).await?;
    Ok(actor.id())
}

impl<C: Contract> Port<C> for LocalPort<C> {
    fn call_now(&self, action: C::Action) -> Result<Asked<ReplyOf<C>>, C::Action> {
        self.post_now(action, |actor, action| actor.ask(action, Chain::current()))
    }

    fn tell_now(&self, action: C::Action) -> Result<Told, C::Action> {
        self.post_now(action, LocalActor::tell)
    }

    fn call(
        &self,
        action: C::Action,
        params: Option<Params>,
    ) -> BoxFuture<'_, Result<ReplyOf<C>, CallError>> {
        Box::pin(async move {
            if let Some(params) = params {
                let (kind, admission) = self.admission(Some(params)).await?;
                return Ok(kind.ask_as(admission, action, Chain::current()).await?);
            }
            let asked = self.post(action, |actor, action| actor.ask(action, Chain::current())).await?;
            Ok(asked.answer().await?)
        })
    }

    fn tell(&self, action: C::Action, params: Option<Params>) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move {
            if let Some(params) = params {
                // Only the hook's answer says whether the actor takes it.
                let (kind, admission) = self.admission(Some(params)).await?;
                return Ok(kind.ask_as(admission, action, Chain::current()).await.map(drop)?);
            }
            let told = self.post(action, LocalActor::tell).await?;
            Ok(told.into_result()?)
        })
    }

    fn params_format(&self) -> Format {
        KEPT
    }

    fn format(&self) -> Format {
        KEPT
    }

    fn send(&self, message: Outgoing, params: Option<Params>) -> BoxFuture<'_, Result<Sent, CallError>> {
        Box::pin(async move {
            let Outgoing { index: queue, body, wait } = message;
            let request = EnqueueRequest { queue, body, response: wait.map(|_| KEPT) };
            let handling = if params.is_some() {
                let (kind, admission) = self.admission(params).await?;
                kind.enqueue_as(admission, request, Chain::current()).await?
            } else {
                self.find().await?.enqueue(request, Chain::current()).await?
            };
            let (Some(handling), Some(wait)) = (handling, wait) else { return Ok(Sent::Completed(None)) };
            match tokio::time::timeout(wait, handling).await {
                Ok(response) => Ok(Sent::Completed(response?)),
                Err(_) => Ok(Sent::TimedOut),
            }
        })
    }

    fn resolve(&self, _params: Option<Params>) -> BoxFuture<'_, Result<ActorId, CallError>> {
        Box::pin(async move { Ok(self.awake().await?.id()) })
    }

    fn dialer(&self) -> Arc<dyn Dial<C>> {
        Arc::new(LocalDial { host: self.host.clone(), target: self.target.clone() })
    }
}

struct LocalDial {
    host: Host,
    target: Target,
}

impl<C: Contract> Dial<C> for LocalDial {
    fn address(&self) -> &'static str {
        "this process"
    }

    fn dial(&self, params: Option<Params>) -> BoxFuture<'_, Result<Link<C>, DialError>> {
        Box::pin(async move {
            let (sink, rx) = LocalSink::new();
            let shared = Arc::clone(self.host.runtime().map_err(DialError::Refused)?.shared());
            let admission = admission::<C>(&self.host, &self.target, params).await;
            let (kind, admission) = admission.map_err(DialError::Refused)?;
            let conn = kind.join(admission, Arc::new(sink.clone())).await.map_err(DialError::Refused)?;
            let (tx, commands) = mpsc::unbounded_channel();
            task::spawn_in(shared.tasks(), carry(conn, commands, sink, shared.stopping().clone()));
            Ok(Link { tx, rx })
        })
    }
}

/// Hands what the client sends to its connection, in order, until one of them goes.
async fn carry<C: Contract>(
    conn: Arc<dyn LocalConn<C>>,
    mut commands: mpsc::UnboundedReceiver<LinkOutgoing<C>>,
    sink: LocalSink<C>,
    stopping: tokio_util::sync::CancellationToken,
) {
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(LinkOutgoing::Call { id, action }) => conn.call(id, action),
                Some(LinkOutgoing::Subscribe { index, on }) => conn.subscribe(index, on),
                Some(LinkOutgoing::Close) | None => break,
            },
            () = sink.0.closed() => break,
            () = stopping.cancelled() => {
                sink.close(Close::of(Code::ServiceUnavailable));
                break;
            }
        }
    }
    conn.hang_up();
}

/// The end of a connection in this process that its actor sends to.
struct LocalSink<C: Contract>(mpsc::UnboundedSender<LinkIncoming<C>>);

impl<C: Contract> LocalSink<C> {
    fn new() -> (Self, mpsc::UnboundedReceiver<LinkIncoming<C>>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    fn send(&self, message: LinkIncoming<C>) -> bool {
        self.0.send(message).is_ok()
    }
}

impl<C: Contract> LocalPeer<C> for LocalSink<C> {
    fn send_open(&self, actor: ActorId, conn: ConnId) {
        self.send(LinkIncoming::Open { actor_id: actor.to_string(), conn_id: conn.to_string() });
    }

    fn send_event(&self, index: usize, args: Bytes) -> bool {
        self.send(LinkIncoming::Event { index, format: Format::Cbor, args })
    }

    fn send_reply(&self, id: u64, result: Result<ReplyOf<C>, Fault>) {
        self.send(LinkIncoming::Reply { id, result: result.map_err(CallError::Fault) });
    }

    fn refuse(&self, index: usize, fault: Fault) {
        self.send(LinkIncoming::Refused { index, fault });
    }

    fn close(&self, Close { code, reason }: Close) {
        self.send(LinkIncoming::Closed { code, reason });
    }
}

impl<C: Contract> Clone for LocalSink<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
