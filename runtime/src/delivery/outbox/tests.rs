//! A model of the lending: whoever has the writer, everything is written once, and in order.
//!
//! The outbox is the real one. Its lock is never held where the model changes from one thread to another, so all that
//! happens under it is one step; between the steps are the writer, the session and its waking, which are the model's.

use std::{
    future::poll_fn,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use shuttle::{
    future::block_on,
    rand::{Rng, thread_rng},
    sync::{
        Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use tokio::io::AsyncWrite;

use super::*;

/// How many interleavings of a scene are tried. What is broken is looked for longer than what is not.
const SCHEDULES: usize = 300;

/// The transport: what was written to it, in order.
#[derive(Debug, Default)]
struct Transport {
    written: Mutex<Written>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Written {
    bytes: Vec<u8>,
    is_busy: bool,
}

impl Transport {
    /// Writes one message, which takes a while.
    fn write(&self, message: &[u8]) {
        assert!(!std::mem::replace(&mut self.written.lock().unwrap().is_busy, true), "two write at once");
        step();
        let mut written = self.written.lock().unwrap();
        written.bytes.extend(message);
        written.is_busy = false;
        self.more.notify_all();
    }

    /// Waits until this many messages are written, forever if one is lost.
    fn wait_for(&self, messages: usize) -> Vec<u8> {
        let mut written = self.written.lock().unwrap();
        while written.bytes.len() < messages {
            written = self.more.wait(written).unwrap();
        }
        written.bytes.clone()
    }
}

/// The writing end of the transport, which may not take all that it is given.
#[derive(Debug)]
struct ModelWriter {
    transport: Arc<Transport>,
    rest: Option<Bytes>,
}

impl DirectWrite for ModelWriter {
    fn write_now(&mut self, _: Encoding, batches: &[Arc<Batch>]) {
        let mut rest = Vec::new();
        for message in batches.iter().flat_map(|batch| batch.messages()) {
            if rest.is_empty() && !thread_rng().gen_ratio(1, 6) {
                self.transport.write(&message.payload);
            } else {
                rest.extend_from_slice(&message.payload);
            }
        }
        self.rest = (!rest.is_empty()).then(|| rest.into());
    }

    fn is_stuck(&self) -> bool {
        self.rest.is_some()
    }

    fn take_rest(&mut self) -> Option<Bytes> {
        self.rest.take()
    }
}

/// What the session writes with it, at once.
impl AsyncWrite for ModelWriter {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        bytes.chunks(1).for_each(|message| self.transport.write(message));
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Here another thread may go on. To yield would be to wake the session that does it.
fn step() {
    AtomicBool::new(true).store(false, Ordering::SeqCst);
}

/// What a session does with its outbox, until it has written the close.
async fn session(outbox: &Outbox, transport: &Arc<Transport>) {
    let writer = ModelWriter { transport: Arc::clone(transport), rest: None };
    let mut writer: Option<Box<dyn DirectWrite>> = Some(Box::new(writer));
    let end = poll_fn(|cx| {
        loop {
            let Poll::Ready(next) = outbox.take(cx) else { return Poll::Pending };
            if let Some(reclaimed) = next.writer {
                assert!(writer.replace(reclaimed).is_none(), "there is one writer");
            }
            let mut mine = writer.take().expect("nothing is taken without the writer");
            let rest = mine.take_rest();
            let messages = next.batches.iter().flat_map(|batch| batch.messages());
            for bytes in rest.into_iter().chain(messages.map(|message| message.payload.clone())) {
                assert!(Pin::new(&mut mine).poll_write(cx, &bytes).is_ready());
            }
            if next.close.is_some() {
                return Poll::Ready(());
            }
            if next.is_all {
                step();
                outbox.lend(mine);
                return Poll::Pending;
            }
            writer = Some(mine);
        }
    });
    end.await;
    outbox.end_lending();
}

/// Who sends: each thread this many messages.
#[derive(Debug, Clone, Copy)]
struct Scene {
    senders: &'static [WriteBy],
    messages: u8,
}

const SCENES: [Scene; 3] = [
    Scene { senders: &[WriteBy::Flush, WriteBy::Flush], messages: 1 },
    Scene { senders: &[WriteBy::Flush, WriteBy::Session], messages: 1 },
    Scene { senders: &[WriteBy::Flush, WriteBy::Flush, WriteBy::Session], messages: 2 },
];

/// Each message is one byte: who has sent it, and its number.
fn everything_is_written_once_and_in_order(flush: fn(&Outbox), scene: Scene) {
    let outbox = Arc::new(Outbox::new(Encoding::Json, 4, Arc::default()));
    let transport = Arc::new(Transport::default());
    let session = thread::spawn({
        let (outbox, transport) = (Arc::clone(&outbox), Arc::clone(&transport));
        move || block_on(session(&outbox, &transport))
    });
    let firsts = (1..).map(|sender| sender << 4);
    for (writer, first) in scene.senders.iter().copied().zip(firsts.clone()) {
        let outbox = Arc::clone(&outbox);
        thread::spawn(move || {
            for byte in first..first + scene.messages {
                let message = OutgoingMessage::reliable(Bytes::copy_from_slice(&[byte]));
                assert!(outbox.send_for(writer, Batch::of(message)));
                step();
                if let WriteBy::Flush = writer {
                    flush(&outbox);
                }
            }
        });
    }
    let written = transport.wait_for(scene.senders.len() * usize::from(scene.messages));
    outbox.close(Close::new(1000, "bye"));
    session.join().expect("it has ended");
    assert_eq!(transport.wait_for(written.len()), written, "nothing is written twice");
    for first in firsts.take(scene.senders.len()) {
        let of_sender: Vec<u8> = written.iter().copied().filter(|byte| byte & 0xf0 == first).collect();
        assert_eq!(of_sender, (first..first + scene.messages).collect::<Vec<_>>());
    }
}

#[test]
fn whoever_has_the_writer_everything_is_written_once_and_in_order() {
    for scene in SCENES {
        let model = move || everything_is_written_once_and_in_order(Outbox::flush, scene);
        shuttle::check_random(model, SCHEDULES);
        shuttle::check_pct(model, SCHEDULES, 3);
    }
}

/// A flush that looks at the queue once: another one that came meanwhile is lost.
fn flush_without_second_look(outbox: &Outbox) {
    let mut queue = outbox.queue.lock();
    let Some(mut writer) = queue.lending.begin_use() else { return };
    if let Some(batches) = queue.take_all_at_once() {
        drop(queue);
        writer.write_now(Encoding::Json, &batches);
        queue = outbox.queue.lock();
    }
    let is_stuck = writer.is_stuck();
    if queue.lending.end_use(writer).is_ok_and(|is_awaited| is_awaited || is_stuck) {
        wake(queue);
    }
}

/// A flush that does not wake the session that waits for the writer.
fn flush_without_waking(outbox: &Outbox) {
    let mut queue = outbox.queue.lock();
    let Some(mut writer) = queue.lending.begin_use() else { return };
    while let Some(batches) = queue.take_all_at_once() {
        drop(queue);
        writer.write_now(Encoding::Json, &batches);
        queue = outbox.queue.lock();
    }
    drop(queue.lending.end_use(writer));
}

/// The model finds what is wrong, or it would not be worth much.
fn is_found(broken: fn(&Outbox)) -> bool {
    SCENES.into_iter().any(|scene| {
        let model = move || everything_is_written_once_and_in_order(broken, scene);
        catch_unwind(AssertUnwindSafe(|| shuttle::check_random(model, 10 * SCHEDULES))).is_err()
    })
}

#[test]
fn the_model_finds_a_flush_that_does_not_look_again() {
    assert!(is_found(flush_without_second_look));
}

#[test]
fn the_model_finds_a_flush_that_does_not_wake_the_session() {
    assert!(is_found(flush_without_waking));
}
