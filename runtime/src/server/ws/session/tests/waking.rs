//! Whom the messages of a session wake.

use std::{sync::atomic::AtomicUsize, task::Wake};

use futures_util::future::pending;

use super::*;

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn the_answers_to_what_a_session_reads_do_not_wake_it_and_what_comes_later_does() {
    let (ours, theirs) = duplex(64 * 1024);
    let (session, outbox) = session_on(ours, &Arc::default(), Encoding::Json, &Arc::default());
    let wakes = Arc::new(Wakes::default());
    let waker = Arc::clone(&wakes).into();
    let mut session = pin!(session.run(pending(), || false));
    let mut go_on = || assert!(session.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    go_on();
    let mut client = ClientBuilder::new().take_over(theirs);
    for id in 0..40 {
        client.feed(call_of(id, "answer")).await.expect("there is room");
    }
    client.flush().await.expect("there is room");
    let before = wakes.count();
    assert!(before > 0, "there is something to read");
    go_on();
    assert_eq!(wakes.count(), before);
    for _ in 0..40 {
        assert!(client.next().now_or_never().is_some(), "every answer is written");
    }
    assert!(outbox.send(message("later")));
    assert_eq!(wakes.count(), before + 1);
}
