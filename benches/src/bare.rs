//! The least that an actor can be: a task, a channel, and a channel back.

use tokio::sync::{mpsc, oneshot};

use crate::Contender;

#[derive(Clone)]
pub struct Bare(mpsc::UnboundedSender<oneshot::Sender<u64>>);

pub fn start() -> Bare {
    let (sender, mut calls) = mpsc::unbounded_channel::<oneshot::Sender<u64>>();
    tokio::spawn(async move {
        let mut count = 0;
        while let Some(reply) = calls.recv().await {
            count += 1;
            let _ = reply.send(count);
        }
    });
    Bare(sender)
}

impl Contender for Bare {
    async fn ask(&self) -> u64 {
        let (reply, answer) = oneshot::channel();
        self.0.send(reply).unwrap();
        answer.await.unwrap()
    }
}
