//! A WebSocket as sessions use it: one step at a time, and what is said at its end.

use std::task::{Context, Poll};

use bytes::{BufMut, BytesMut};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::Instant,
};
use tokio_websockets::{CloseCode, Config, Error, Limits, Message, ServerBuilder, WebSocketStream};

use super::{limits, session::End};
use crate::outbox::Close;

/// What came of one step: a message, or none if everything is written now; or the end.
pub(super) type Step = Result<Option<Message>, End>;

/// Writes what waits and reads what is there.
pub(super) fn poll_step<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<S>,
    flushing: &mut Option<Instant>,
    pings: usize,
    cx: &mut Context<'_>,
) -> Poll<Step> {
    let mut flushed = false;
    if flushing.is_some() {
        match socket.poll_flush_unpin(cx) {
            Poll::Ready(Ok(())) => (flushed, *flushing) = (true, None),
            Poll::Ready(Err(_)) => return Poll::Ready(Err(End::Gone)),
            Poll::Pending if pings >= limits::PONGS => return Poll::Pending,
            Poll::Pending => {}
        }
    }
    match socket.poll_next_unpin(cx) {
        Poll::Ready(Some(Ok(message))) => Poll::Ready(Ok(Some(message))),
        Poll::Ready(Some(Err(Error::PayloadTooLong { .. }))) => Poll::Ready(Err(End::TooLong)),
        Poll::Ready(Some(Err(Error::Protocol(_)))) => Poll::Ready(Err(End::Answer)),
        Poll::Ready(_) => Poll::Ready(Err(End::Gone)),
        Poll::Pending if flushed => Poll::Ready(Ok(None)),
        Poll::Pending => Poll::Pending,
    }
}

/// A socket that speaks WebSocket, in messages of so many bytes at most. It writes when it is told to, not when much waits.
pub(super) fn speak<S: AsyncRead + AsyncWrite + Unpin>(socket: S, longest: usize) -> WebSocketStream<S> {
    ServerBuilder::new()
        .config(Config::default().flush_threshold(usize::MAX))
        .limits(Limits::default().max_payload_len(Some(longest)))
        .serve(socket)
}

/// Queues a message. A socket that takes none is closing, which reading from it tells.
pub(super) fn send<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>, message: Message) {
    let _ = socket.feed(message).now_or_never();
}

/// Says goodbye as the end asks for. `written` says that the socket has nothing half written.
pub(super) async fn part<S: AsyncRead + AsyncWrite + Unpin>(
    socket: WebSocketStream<S>,
    written: bool,
    end: End,
) -> Result<(), Error> {
    let too_long = || Close::new(1011, "message.incoming_too_long");
    match end {
        End::Close(close) => goodbye(socket, Some(close)).await,
        End::Answer => goodbye(socket, None).await,
        // The socket would give another reason; but what it has half written it must end itself.
        End::TooLong if written => cut_off(socket.into_inner(), &too_long()).await,
        End::TooLong => goodbye(socket, Some(too_long())).await,
        End::Gone => Ok(()),
    }
}

/// Closes, or completes the close of the other side, and waits for the other side to be done.
pub(super) async fn goodbye<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: WebSocketStream<S>,
    close: Option<Close>,
) -> Result<(), Error> {
    if let Some(Close { code, reason }) = close {
        let code = CloseCode::try_from(code).unwrap_or(CloseCode::INTERNAL_SERVER_ERROR);
        send(&mut socket, Message::close(Some(code), &reason));
    }
    socket.close().await?;
    drain(socket.into_inner()).await
}

/// Writes a close frame past the WebSocket layer, which would give a reason of its own.
async fn cut_off<S: AsyncRead + AsyncWrite + Unpin>(mut socket: S, close: &Close) -> Result<(), Error> {
    const FINAL_CLOSE: u8 = 0x88;
    let mut frame = BytesMut::new();
    frame.put_u8(FINAL_CLOSE);
    // At most 125: a reason has at most 123 bytes.
    frame.put_u8(u8::try_from(2 + close.reason.len()).unwrap_or(2));
    frame.put_u16(close.code);
    frame.put_slice(close.reason.as_bytes());
    socket.write_all(&frame).await?;
    socket.shutdown().await?;
    drain(socket).await
}

/// Reads and throws away: closing a socket that has unread bytes would take back what was written last.
async fn drain<S: AsyncRead + Unpin>(mut socket: S) -> Result<(), Error> {
    // Not in the future, which lasts as long as its session.
    let mut bytes = vec![0; 4096];
    while socket.read(&mut bytes).await? > 0 {}
    Ok(())
}
