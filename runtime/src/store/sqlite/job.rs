//! `Job`: a closure that a thread of the store runs on its connection, and the channel for the answer.

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::store::StoreError;

/// Something to be done with the connection, whose outcome counts only from `end` on.
pub(super) trait Job: Send {
    /// Does it, again if the transaction it was part of failed.
    fn run(&mut self, db: &Connection) -> rusqlite::Result<()>;

    /// Whether anybody still waits for its outcome.
    fn is_wanted(&self) -> bool;

    /// Hands its outcome over, or in place of that the error of the transaction it was part of.
    fn end(self: Box<Self>, ended: Result<(), StoreError>);
}

/// A job's own part.
pub(super) trait Work<T>: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static {}

impl<T, W: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static> Work<T> for W {}

/// A job that answers with what the work returns.
pub(super) fn answering<T: Send + 'static>(
    work: impl Work<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
) -> Box<dyn Job> {
    Box::new(Answering { work, outcome: None, reply })
}

struct Answering<T, W> {
    work: W,
    outcome: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, W: Work<T>> Job for Answering<T, W> {
    fn run(&mut self, db: &Connection) -> rusqlite::Result<()> {
        self.outcome = Some((self.work)(db)?);
        Ok(())
    }

    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn end(self: Box<Self>, ended: Result<(), StoreError>) {
        let Self { outcome, reply, .. } = *self;
        let outcome = ended.and_then(|()| outcome.ok_or_else(|| StoreError::new("the store did not do it")));
        // The caller may have stopped waiting.
        let _ = reply.send(outcome);
    }
}
