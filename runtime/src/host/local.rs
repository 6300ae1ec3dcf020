//! Actors as clients in this process see them: no bytes, the action itself is moved.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::{
    Cell, Kind, Reach,
    call::{Call, ReplyTo},
};
use crate::{Action, Actor, ActorId, Conn, Contract, Fault, Key, client::LocalSink, conn::Peer};

/// The reply type of contract `C`.
type Reply<C> = <<C as Contract>::Action as Action>::Reply;

/// A kind of actor with this contract.
pub(crate) trait LocalKind<C: Contract>: Send + Sync {
    /// The awake actor of this key, and whether this call made it.
    fn reach(
        self: Arc<Self>,
        key: Key,
        reach: Reach,
    ) -> BoxFuture<'static, Result<(Arc<dyn LocalActor<C>>, bool), Fault>>;
}

/// An awake actor with this contract.
pub(crate) trait LocalActor<C: Contract>: Send + Sync {
    fn id(&self) -> ActorId;

    /// Whether it takes calls; one that does not is to be looked up again.
    fn is_awake(&self) -> bool;

    /// Calls an action. The answer may be there already when this returns.
    fn ask(self: Arc<Self>, action: C::Action) -> oneshot::Receiver<Result<Reply<C>, Fault>>;

    /// Opens a connection. Params are JSON.
    fn join(
        self: Arc<Self>,
        params: Option<Bytes>,
        sink: LocalSink<C>,
    ) -> BoxFuture<'static, Result<Arc<dyn LocalConn<C>>, Fault>>;
}

/// An open connection to an actor with this contract. Calls and subscriptions take effect in the order made.
pub(crate) trait LocalConn<C: Contract>: Send + Sync {
    fn call(&self, id: u64, action: C::Action);

    fn subscribe(&self, index: usize, on: bool);

    fn hang_up(&self);
}

impl<A: Actor> LocalKind<A::Contract> for Kind<A> {
    fn reach(
        self: Arc<Self>,
        key: Key,
        reach: Reach,
    ) -> BoxFuture<'static, Result<(Arc<dyn LocalActor<A::Contract>>, bool), Fault>> {
        Box::pin(async move {
            let (cell, made) = self.awake(&key, &reach).await?;
            Ok((cell as Arc<dyn LocalActor<A::Contract>>, made))
        })
    }
}

impl<A: Actor> LocalActor<A::Contract> for Cell<A> {
    fn id(&self) -> ActorId {
        self.record().id
    }

    fn is_awake(&self) -> bool {
        !self.mailbox.is_closed()
    }

    fn ask(
        self: Arc<Self>,
        action: <A::Contract as Contract>::Action,
    ) -> oneshot::Receiver<Result<Reply<A::Contract>, Fault>> {
        let (sender, answer) = oneshot::channel();
        self.post(Call { action, caller: None, reply_to: ReplyTo::Task(sender) });
        answer
    }

    fn join(
        self: Arc<Self>,
        params: Option<Bytes>,
        sink: LocalSink<A::Contract>,
    ) -> BoxFuture<'static, Result<Arc<dyn LocalConn<A::Contract>>, Fault>> {
        Box::pin(async move {
            let conn = Cell::join(&self, params, Peer::Local(sink)).await?;
            Ok(Arc::new(Joined { cell: self, conn }) as Arc<dyn LocalConn<A::Contract>>)
        })
    }
}

struct Joined<A: Actor> {
    cell: Arc<Cell<A>>,
    conn: Conn<A>,
}

impl<A: Actor> LocalConn<A::Contract> for Joined<A> {
    fn call(&self, id: u64, action: <A::Contract as Contract>::Action) {
        let reply_to = ReplyTo::Conn { conn: self.conn.clone(), id };
        self.cell.post(Call { action, caller: Some(self.conn.clone()), reply_to });
    }

    fn subscribe(&self, index: usize, on: bool) {
        self.conn.subscribe(index, on);
    }

    fn hang_up(&self) {
        self.cell.leave(&self.conn);
    }
}
