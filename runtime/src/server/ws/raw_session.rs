//! The session of a raw WebSocket: the loop between its socket and its handler.
//!
//! Messages go both ways as they are, through channels that hold a few of them. A side that does not take its
//! messages holds off the other side of this socket, and nothing else. Pings, the heartbeat and closes are dealt with
//! here.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Poll, ready},
    time::Duration,
};

use futures_util::FutureExt as _;
use http::request::Parts;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc::{Receiver, Sender, error::TryRecvError},
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_websockets::Message;

use super::{
    connect::ConnectRequest,
    end::End,
    heartbeat::Heartbeat,
    socket::{Received, Socket, Step},
    transport::Transport,
};
use crate::{
    Fault,
    actor::raw_socket::{Closing, Outgoing, RawMessage, RawPeer, RawSocket},
    delivery::outbox::Close,
    error::Code,
    host::{HangUp, HostedType},
    server::{
        gateway::Gateway,
        net::{permits::Permit, timeouts},
    },
};

/// Carries a raw WebSocket until its end. Its handler gets `head`, with the path and the query that are for it.
pub(in crate::server) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    transport: Transport<S>,
    request: ConnectRequest,
    head: Parts,
    permit: Result<Permit, Fault>,
    gateway: &Gateway,
) {
    let context = request.context.clone();
    let socket = Socket::new(transport, RawSocket::MAX_MESSAGE);
    let (raw_socket, peer) = RawSocket::pair(head);
    let connect = |actor_type: Arc<dyn HostedType>, admission| actor_type.websocket(admission, raw_socket);
    // Boxed, so that it takes no room afterwards.
    match Box::pin(request.open(gateway, &permit, connect)).await {
        Ok(hang_up) => {
            let stop = gateway.runtime.stopping().child_token();
            let heartbeat = Heartbeat::new(gateway.limits(), gateway.runtime.uptime());
            Bridge::new(socket, peer, hang_up, heartbeat).run(stop.cancelled()).await;
        }
        Err(refusal) => {
            let end = End::Close(refusal.into_close(&context));
            // A peer that does not take the close in time is dropped.
            let _ = timeout(timeouts::CLOSE_TIMEOUT, socket.close(end)).await;
        }
    }
    drop(permit);
}

/// A WebSocket, and the gateway's end of the handler's `RawSocket`.
struct Bridge<S> {
    socket: Socket<S>,
    /// `None` once the handler has dropped its own.
    incoming: Option<Sender<RawMessage>>,
    outgoing: Receiver<Outgoing>,
    closing: Arc<Closing>,
    hang_up: HangUp,
    heartbeat: Heartbeat,
    /// Read, but not taken by the handler yet: nothing else is read before it is.
    untaken: Option<RawMessage>,
    /// Until when the next message is not read, so that the handler can answer the last one: its answer is then sent
    /// even if the peer breaks the protocol right after it.
    lead: Option<Instant>,
}

/// How long that is. It ends sooner if the handler waits for the next message.
const LEAD: Duration = Duration::from_millis(10);

/// What the loop does next.
enum Event {
    Read(Step),
    Taken,
    LeadOver,
    Sent(Option<Outgoing>),
    Asked,
    Heartbeat,
    Stopped,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Bridge<S> {
    fn new(socket: Socket<S>, peer: RawPeer, hang_up: HangUp, heartbeat: Heartbeat) -> Self {
        let RawPeer { incoming, outgoing, closing } = peer;
        Self {
            socket,
            incoming: Some(incoming),
            outgoing,
            closing,
            hang_up,
            heartbeat,
            untaken: None,
            lead: None,
        }
    }

    async fn run(mut self, stopped: impl Future<Output = ()>) {
        let end = self.carry(stopped).await;
        // The handler does not wait for a peer that takes its time over the close.
        let Self { socket, incoming, outgoing, hang_up, .. } = self;
        drop((incoming, outgoing, hang_up));
        // A peer that does not take the close in time is dropped.
        let _ = timeout(timeouts::CLOSE_TIMEOUT, Box::pin(socket.close(end))).await;
    }

    async fn carry(&mut self, stopped: impl Future<Output = ()>) -> End {
        let mut stopped = pin!(stopped);
        let mut timer = pin!(sleep(self.heartbeat.first_check()));
        loop {
            let event = self.next(stopped.as_mut(), timer.as_mut()).await;
            let went_on = match event {
                Event::Read(step) => self.read(step),
                Event::Taken => {
                    self.lead = Some(Instant::now() + LEAD);
                    Ok(())
                }
                Event::LeadOver => {
                    self.lead = None;
                    Ok(())
                }
                Event::Sent(Some(Outgoing::Message(message))) => {
                    self.write(message);
                    Ok(())
                }
                Event::Sent(Some(Outgoing::Close(close))) => Err(End::Close(close)),
                // The handler has ended, and every clone of its socket is dropped.
                Event::Sent(None) => Err(End::Close(self.closing.ours())),
                Event::Asked => self.close_after_the_rest().await,
                Event::Heartbeat => self.check_heartbeat().map(|next| timer.as_mut().reset(next)),
                Event::Stopped => Err(End::Close(Close::of(Code::ServiceUnavailable))),
            };
            if let Err(end) = went_on {
                return end;
            }
        }
    }

    async fn next(&mut self, stopped: impl Future<Output = ()>, timer: impl Future<Output = ()>) -> Event {
        let Self { socket, incoming, outgoing, closing, untaken, lead, .. } = self;
        let (may_read, may_write) = (untaken.is_none() && lead.is_none(), !socket.is_writing());
        let taken = untaken.is_none();
        let step = poll_fn(|cx| {
            if may_read {
                return socket.poll_step(cx);
            }
            match ready!(socket.poll_flush(cx)) {
                Ok(true) => Poll::Ready(Ok(None)),
                Ok(false) => Poll::Pending,
                Err(end) => Poll::Ready(Err(end)),
            }
        });
        tokio::select! {
            // What the handler has sent goes first: what is read may be the end.
            biased;
            () = stopped => Event::Stopped,
            () = closing.asked() => Event::Asked,
            sent = outgoing.recv(), if may_write => Event::Sent(sent),
            () = deliver(incoming, untaken, closing), if !taken => Event::Taken,
            () = lead_over(closing, *lead), if lead.is_some() => Event::LeadOver,
            () = timer => Event::Heartbeat,
            step = step => Event::Read(step),
        }
    }

    fn read(&mut self, step: Step) -> Result<(), End> {
        let message = match step? {
            None => return Ok(()),
            Some(Received::Message(message)) => message,
            Some(Received::TooLong { .. }) => return Err(End::TooLong),
        };
        self.heartbeat.message_received(Instant::now());
        if let Some((code, reason)) = message.as_close() {
            self.closing.closed_by_peer(Close::new(code.into(), reason));
            return Err(End::Answer);
        }
        if let Some(text) = message.as_text() {
            self.untaken = Some(RawMessage::Text(text.to_owned()));
        } else if message.is_binary() {
            self.untaken = Some(RawMessage::Binary(message.into_payload().into()));
        }
        Ok(())
    }

    fn write(&mut self, message: RawMessage) {
        let message = match message {
            RawMessage::Text(text) => Message::text(text),
            RawMessage::Binary(bytes) => Message::binary(bytes),
        };
        self.socket.send(message);
    }

    /// The socket is closed by something else than its handler. What the handler sent before is written first, if the
    /// peer takes it.
    async fn close_after_the_rest(&mut self) -> Result<(), End> {
        loop {
            match self.outgoing.try_recv() {
                Ok(Outgoing::Message(message)) => {
                    self.write(message);
                    // A peer that does not take it in time gets no close.
                    let written = poll_fn(|cx| self.socket.poll_flush(cx));
                    timeout(timeouts::CLOSE_TIMEOUT, written).await.map_err(|_| End::Gone)??;
                }
                Ok(Outgoing::Close(close)) => return Err(End::Close(close)),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                    return Err(End::Close(self.closing.ours()));
                }
            }
        }
    }

    /// Whether the peer is still there.
    fn check_heartbeat(&mut self) -> Result<Instant, End> {
        if self.untaken.is_some() {
            // It is not read from, so its silence means nothing.
            self.heartbeat.message_received(Instant::now());
            if let Some(activity) = self.socket.activity() {
                activity.reset();
            }
        }
        self.heartbeat.check(&mut self.socket)
    }
}

/// Delivers the message once the handler has room for it; a handler that takes no more is not waited for.
async fn deliver(
    incoming: &mut Option<Sender<RawMessage>>,
    untaken: &mut Option<RawMessage>,
    closing: &Closing,
) {
    let has_room = match incoming {
        Some(sender) => sender.reserve().await.map(|permit| {
            // That the handler waited for this message says nothing about the next one.
            let _ = closing.reading().now_or_never();
            untaken.take().map(|message| permit.send(message))
        }),
        None => Ok(None),
    };
    if has_room.is_err() {
        *incoming = None;
    }
    *untaken = None;
}

/// The handler waits for the next message, or the time is over.
async fn lead_over(closing: &Closing, lead: Option<Instant>) {
    if let Some(lead) = lead {
        // An error says that the time is over.
        let _ = timeout_at(lead, closing.reading()).await;
    }
}
