//! Dropping what must not be dropped where it is: whoever does so may hold locks that are taken by the drop.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use parking_lot::Mutex;

use super::{log, shown::shown};

/// What waits to be dropped, oldest first, and the thread that does it.
struct Waiting {
    values: Vec<Box<dyn Any + Send>>,
    has_thread: bool,
}

static WAITING: Mutex<Waiting> = Mutex::new(Waiting { values: Vec::new(), has_thread: false });

/// Drops a value soon, on a thread that holds no lock.
pub(crate) fn drop_elsewhere(value: impl Send + 'static) {
    let mut waiting = WAITING.lock();
    waiting.values.push(Box::new(value));
    if waiting.has_thread {
        return;
    }
    match thread::Builder::new().name("callboard-drop".into()).spawn(drop_all) {
        Ok(_) => waiting.has_thread = true,
        // They wait for the next time.
        Err(error) => {
            log::error!(error = shown(&error), "no thread to end actors on whose tokio runtime is shut down");
        }
    }
}

fn drop_all() {
    loop {
        let mut waiting = WAITING.lock();
        let values = std::mem::take(&mut waiting.values);
        if values.is_empty() {
            waiting.has_thread = false;
            return;
        }
        drop(waiting);
        for value in values {
            // A state whose drop panics is not to keep the others.
            if catch_unwind(AssertUnwindSafe(|| drop(value))).is_err() {
                log::error!("a value panicked as it was dropped");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    struct Tells(mpsc::Sender<Option<String>>, bool);

    impl Drop for Tells {
        fn drop(&mut self) {
            let thread = thread::current();
            self.0.send(thread.name().map(String::from)).expect("somebody listens");
            assert!(!self.1, "on purpose");
        }
    }

    #[test]
    fn everything_is_dropped_on_the_thread_whatever_panics() {
        let (tell, told) = mpsc::channel();
        for number in 0..4 {
            drop_elsewhere(Tells(tell.clone(), number == 1));
        }
        for _ in 0..4 {
            assert_eq!(told.recv().expect("it is dropped").as_deref(), Some("callboard-drop"));
        }
    }
}
