//! The least that an actor can be: a task, a channel, and a channel back. What the others are measured by.

use tokio::sync::{mpsc, oneshot};

use super::Peer;

/// With a channel back for an ask, without one for a tell.
type Call = Option<oneshot::Sender<u64>>;

#[derive(Clone)]
pub struct Bare(mpsc::UnboundedSender<Call>);

impl Peer for Bare {
    const NAME: &str = "bare mpsc + oneshot";

    type Host = ();

    async fn host() {}

    async fn start((): &(), _: usize) -> Self {
        let (sender, mut calls) = mpsc::unbounded_channel::<Call>();
        tokio::spawn(async move {
            let mut count = 0;
            while let Some(reply) = calls.recv().await {
                count += 1;
                if let Some(reply) = reply {
                    let _ = reply.send(count);
                }
            }
        });
        Self(sender)
    }

    async fn ask(&self) -> u64 {
        let (reply, answer) = oneshot::channel();
        self.0.send(Some(reply)).unwrap();
        answer.await.unwrap()
    }

    async fn tell(&self) {
        self.0.send(None).unwrap();
    }
}
