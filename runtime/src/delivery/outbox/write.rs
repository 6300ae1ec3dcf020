//! How what waits is written: by the session, or with the writer that the session has lent.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use super::{NextWrite, Outbox, lending::Reclaimed, queue::Portion, wake};
use crate::{
    delivery::{
        backlog::DroppedEvents, batch::Batch, direct_write::DirectWrite, outgoing_message::OutgoingMessage,
    },
    util::{log, shown::shown, task},
    wire::Notice,
};

impl Outbox {
    /// Lends the writer of a session that has nothing to write.
    pub(crate) fn lend(&self, writer: Box<dyn DirectWrite>) {
        self.queue.lock().lending.lend(writer);
    }

    /// The session has ended: what it has lent is closed.
    pub(crate) fn end_lending(&self) {
        let writer = self.queue.lock().lending.end();
        drop(writer);
    }

    /// Writes what waits, if the session has lent its writer; the session is woken if anything is left to do.
    pub(crate) fn flush(&self) {
        let mut queue = self.queue.lock();
        let Some(mut writer) = queue.lending.begin_use() else { return };
        let mut needs_session = false;
        loop {
            let Some(batches) = queue.take_all_at_once() else {
                needs_session = !queue.is_empty() && !queue.is_held();
                break;
            };
            // Not under the lock, which actors take.
            drop(queue);
            writer.write_now(self.encoding, &batches);
            drop(batches);
            queue = self.queue.lock();
            if writer.is_stuck() || !queue.lending.take_flush_request() {
                needs_session |= writer.is_stuck();
                break;
            }
        }
        match queue.lending.end_use(writer) {
            Ok(is_awaited) if is_awaited || needs_session => wake(queue),
            Ok(_) => {}
            Err(of_the_ended) => {
                drop(queue);
                drop(of_the_ended);
            }
        }
    }

    /// Takes as much of what waits as goes into one write. If that is all, the task is woken when there is more. Pending
    /// while a flush uses the writer: until then the session can neither write nor answer. For the session's task only.
    pub(crate) fn take(&self, cx: &mut Context<'_>) -> Poll<NextWrite> {
        let mut queue = self.queue.lock();
        let writer = match queue.lending.reclaim() {
            Reclaimed::Writer(writer) if writer.is_stuck() => {
                return Poll::Ready(NextWrite { writer: Some(writer), ..NextWrite::default() });
            }
            Reclaimed::Writer(writer) => Some(writer),
            Reclaimed::Nothing => None,
            Reclaimed::InUse => {
                queue.wake_by(cx);
                return Poll::Pending;
            }
        };
        let Portion { mut batches, dropped, ping } = queue.take(self.bounds());
        let is_held = queue.is_held();
        let is_all = is_held || (queue.is_empty() && queue.close.is_none());
        if is_all {
            queue.wake_by(cx);
        }
        let close = if queue.is_empty() { queue.close.clone() } else { None };
        drop(queue);
        if !dropped.is_empty() {
            // The client hears of what is missing before it gets what follows.
            batches.insert(0, self.drop_notices(dropped));
        }
        Poll::Ready(NextWrite { writer, batches, ping, close, is_all, is_held })
    }

    /// Its session is at work, and looks here before it rests: until then nobody wakes it.
    pub(crate) fn attend(&self) {
        self.queue.lock().session = None;
    }

    /// Its session rests without having looked: it is woken when there is more.
    pub(crate) fn leave(&self, cx: &Context<'_>) {
        self.queue.lock().wake_by(cx);
    }

    /// What its client is told of the events that it does not get.
    fn drop_notices(&self, dropped: Vec<DroppedEvents>) -> Arc<Batch> {
        let notices = dropped.into_iter().filter_map(|DroppedEvents { info, count }| {
            let notice = Notice::Dropped { event: info.name.to_owned(), dropped: count };
            let message = notice.message(self.encoding.format());
            let payload = message.and_then(|message| message.encode_version(self.encoding, self.version));
            let payload = payload.inspect_err(|error| {
                log::error!(error = shown(&error), "cannot encode a notice; it is not sent");
            });
            payload.ok().map(OutgoingMessage::reliable)
        });
        Batch::new(notices.collect::<Vec<_>>())
    }
}

/// Flushes these: not now, as an actor waits for it, and not all in one go, as others have something to do too.
pub(crate) fn flush(outboxes: &Arc<[Arc<Outbox>]>) {
    /// How many outboxes one task flushes.
    const GROUP: usize = 16;
    for begin in (0..outboxes.len()).step_by(GROUP) {
        let outboxes = Arc::clone(outboxes);
        task::spawn(async move { outboxes.iter().skip(begin).take(GROUP).for_each(|outbox| outbox.flush()) });
    }
}
