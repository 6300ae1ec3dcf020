//! What whoever makes a call in this process has of it: its answer, or what brings that later.

use tokio::sync::oneshot;
#[cfg(feature = "client")]
use {
    std::{
        pin::Pin,
        task::{Context, Poll, ready},
    },
    tokio::task::coop,
};

use crate::{Fault, error::faults};

/// What has come of a call.
#[cfg_attr(not(feature = "client"), expect(dead_code, reason = "who is in this process is a client"))]
pub(crate) enum Asked<R> {
    /// It has run, and this is the answer.
    Here(Result<R, Fault>),
    /// The answer comes later; not at all, if the runtime stops before.
    Later(oneshot::Receiver<Result<R, Fault>>),
}

impl<R> Asked<R> {
    /// The answer, for whoever makes the call.
    #[cfg(feature = "client")]
    #[inline]
    pub(crate) fn answer(self) -> Answering<R> {
        Answering(Some(self))
    }

    /// The answer, once it is there.
    #[cfg_attr(not(feature = "client"), expect(dead_code, reason = "who is in this process is a client"))]
    pub(super) async fn result(self) -> Result<R, Fault> {
        match self {
            Self::Here(result) => result,
            Self::Later(answer) => answer.await.unwrap_or_else(|_| Err(faults::unanswered())),
        }
    }
}

/// Waits for an answer. No `async fn`, of which each call would pay the states.
#[cfg(feature = "client")]
pub(crate) struct Answering<R>(
    /// `None` once the answer is given.
    Option<Asked<R>>,
);

// What it holds is moved out, and never pinned.
#[cfg(feature = "client")]
impl<R> Unpin for Answering<R> {}

#[cfg(feature = "client")]
impl<R> Future for Answering<R> {
    type Output = Result<R, Fault>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(Asked::Later(answer)) = &mut self.0 {
            return Pin::new(answer)
                .poll(task)
                .map(|answer| answer.unwrap_or_else(|_| Err(faults::unanswered())));
        }
        // A loop of calls that never wait would keep everything else from its thread.
        ready!(coop::poll_proceed(task)).made_progress();
        match self.0.take() {
            Some(Asked::Here(result)) => Poll::Ready(result),
            _ => unreachable!("an answer is given once"),
        }
    }
}

#[cfg(all(test, feature = "client"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_loop_of_calls_that_never_wait_lets_others_have_its_thread() {
        let other = tokio::spawn(async {});
        for number in 0..1_000 {
            assert_eq!(Asked::Here(Ok(number)).answer().await.ok(), Some(number));
        }
        assert!(other.is_finished());
    }

    #[tokio::test]
    async fn an_answer_that_never_comes_is_a_fault() {
        let (sender, answer) = oneshot::channel::<Result<(), Fault>>();
        drop(sender);
        assert!(Asked::Later(answer).answer().await.is_err());
    }
}
