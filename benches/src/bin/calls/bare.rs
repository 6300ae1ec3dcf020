//! The least that an actor can be: a task, a channel, and a channel back.

use tokio::sync::{mpsc, oneshot};

use crate::Contender;

/// With a channel back for an ask, without one for a tell.
type Call = Option<oneshot::Sender<u64>>;

#[derive(Clone)]
pub struct Bare(mpsc::UnboundedSender<Call>);

pub fn start() -> Bare {
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
    Bare(sender)
}

impl Contender for Bare {
    async fn ask(&self) -> u64 {
        let (reply, answer) = oneshot::channel();
        self.0.send(Some(reply)).unwrap();
        answer.await.unwrap()
    }

    async fn tell(&self) {
        self.0.send(None).unwrap();
    }
}
