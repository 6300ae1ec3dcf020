//! What gateways see of actor types, actors and connections, as it is done.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::{
    ActorCell, ActorType, AdmissionRequest, Answered, Connected, Denied, Entered, HandledFuture, HangUp,
    HostedActor, HostedType, Lookup, Reached, WireEnqueue,
    cell::{Envelope, destroy::destroyed},
};
use crate::{
    Actor, ActorId, Body, EventDrops, Fault, Key, RawSocket, delivery::outbox::Outbox, store::ActorRecord,
    util::clock::Moment, wire::Format,
};

impl<A: Actor> HostedType for ActorType<A> {
    fn name(&self) -> &'static str {
        self.name()
    }

    fn is_ephemeral(&self) -> bool {
        A::EPHEMERAL
    }

    fn takes_navigation(&self) -> bool {
        A::HOOKS.on_request.is_some() && A::HOOKS.navigation
    }

    fn event_drops(&self) -> Vec<EventDrops> {
        self.drops().read().collect()
    }

    fn reach(
        self: Arc<Self>,
        key: Key,
        lookup: Lookup,
    ) -> BoxFuture<'static, Result<Reached<dyn HostedActor>, Fault>> {
        Box::pin(async move {
            let (cell, made) = self.awake(&key, &lookup).await?;
            Ok((cell as Arc<dyn HostedActor>, made))
        })
    }

    fn enter(self: Arc<Self>, admission: AdmissionRequest) -> BoxFuture<'static, Result<Entered, Denied>> {
        Box::pin(self.enter_admitted(admission))
    }

    fn find(
        self: Arc<Self>,
        admission: AdmissionRequest,
    ) -> BoxFuture<'static, Result<Option<ActorRecord>, Denied>> {
        Box::pin(self.find_admitted(admission))
    }

    fn call(
        self: Arc<Self>,
        admission: AdmissionRequest,
        action: String,
        format: Format,
        args: Bytes,
    ) -> BoxFuture<'static, Result<Answered<Bytes>, Denied>> {
        Box::pin(self.call_admitted(admission, action, format, args))
    }

    fn connect(
        self: Arc<Self>,
        admission: AdmissionRequest,
        outbox: Arc<Outbox>,
    ) -> BoxFuture<'static, Result<Connected, Denied>> {
        Box::pin(self.connect_admitted(admission, outbox))
    }

    fn request(
        self: Arc<Self>,
        admission: AdmissionRequest,
        request: http::Request<Body>,
    ) -> BoxFuture<'static, Result<Answered<http::Response<Body>>, Denied>> {
        Box::pin(self.request_admitted(admission, request))
    }

    fn websocket(
        self: Arc<Self>,
        admission: AdmissionRequest,
        socket: RawSocket,
    ) -> BoxFuture<'static, Result<(ActorRecord, HangUp), Denied>> {
        Box::pin(self.websocket_admitted(admission, socket))
    }

    fn send(
        self: Arc<Self>,
        admission: AdmissionRequest,
        mail: WireEnqueue,
    ) -> BoxFuture<'static, Result<Answered<Option<HandledFuture>>, Denied>> {
        Box::pin(self.send_admitted(admission, mail))
    }

    fn fire_alarms(self: Arc<Self>, key: Key, until: Moment) -> BoxFuture<'static, bool> {
        Box::pin(fire_alarms(self, key, until))
    }

    fn record_at(&self, key: &Key) -> Option<ActorRecord> {
        self.record_at(key)
    }

    fn record_of(&self, id: ActorId) -> Option<ActorRecord> {
        self.record_of(id)
    }

    fn records(&self, after: Option<ActorId>, limit: usize) -> Vec<ActorRecord> {
        let (mut records, mut after) = (Vec::new(), after);
        // Some may end meanwhile: others take their places.
        while records.len() < limit {
            let page = self.table().page(after, limit - records.len());
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            let found =
                page.iter().filter_map(|(id, key)| self.record_at(key).filter(|record| record.id == *id));
            records.extend(found);
        }
        records
    }

    fn stop(&self) {
        self.table().all().into_iter().chain(self.provisionals().all()).for_each(|cell| cell.stop());
    }

    #[cfg(feature = "client")]
    fn local(self: Arc<Self>) -> Box<dyn std::any::Any> {
        Box::new(self as Arc<dyn super::LocalKind<A::Contract>>)
    }
}

/// Has the alarms of this actor fire that are due. Says whether the store has that.
async fn fire_alarms<A: Actor>(kind: Arc<ActorType<A>>, key: Key, until: Moment) -> bool {
    loop {
        let Ok((cell, _)) = kind.awake(&key, &Lookup::Get).await else { return false };
        let (done, rung) = oneshot::channel();
        if cell.sender().post(Envelope::Alarms(done)).is_ok() {
            // An error: the actor has stopped, and its alarms are still set.
            let _ = rung.await;
            return cell.schedules().have_fired(until).await;
        }
    }
}

impl<A: Actor> HostedActor for ActorCell<A> {
    fn record(&self) -> ActorRecord {
        self.record()
    }

    fn works_off(self: Arc<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.queues().work_off().await })
    }

    fn sleep_if_idle(&self) {
        self.keep_alive().evict();
        self.mailbox().nudge();
    }

    fn destroy(self: Arc<Self>) -> BoxFuture<'static, Result<(), Fault>> {
        Box::pin(destroyed(self))
    }
}
