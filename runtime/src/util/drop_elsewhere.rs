//! Dropping what must not be dropped where it is: whoever does so may hold locks that are taken by the drop.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::{log, shown::shown};

/// What waits to be dropped, oldest first, and the thread that does it.
struct Waiting {
    values: Vec<Box<dyn Any + Send>>,
    has_thread: bool,
}

static WAITING: Mutex<Waiting> = Mutex::new(Waiting { values: Vec::new(), has_thread: false });

/// A value that is dropped soon after this, on a thread that holds no lock; unless it is taken out before.
pub(crate) struct Elsewhere<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> Elsewhere<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    pub(crate) fn take(mut self) -> T {
        self.0.take().expect("it is taken out once")
    }
}

impl<T: Send + 'static> Drop for Elsewhere<T> {
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            drop_elsewhere(value);
        }
    }
}

fn drop_elsewhere(value: impl Send + 'static) {
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

/// Drops a value soon, in a task of the tokio runtime that runs this; [elsewhere](Elsewhere) if there is none, or it is
/// being shut down.
pub(crate) fn drop_in_task(value: impl Send + 'static) {
    let value = Elsewhere::new(value);
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async move { drop(value.take()) });
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
    fn what_is_dropped_in_a_task_is_dropped_elsewhere_without_a_runtime_to_run_it() {
        let (tell, told) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it is built");
        let begun = runtime.enter();
        drop_in_task(Tells(tell.clone(), false));
        runtime.block_on(async {});
        runtime.block_on(tokio::task::yield_now());
        let here = thread::current().name().map(String::from);
        assert_eq!(told.recv().expect("it is dropped"), here);
        let handle = runtime.handle().clone();
        drop(begun);
        drop(runtime);
        drop_in_task(Tells(tell.clone(), false));
        assert_eq!(told.recv().expect("it is dropped").as_deref(), Some("callboard-drop"), "there is none");
        let _begun = handle.enter();
        drop_in_task(Tells(tell, false));
        assert_eq!(told.recv().expect("it is dropped").as_deref(), Some("callboard-drop"), "it is shut down");
    }

    #[test]
    fn everything_is_dropped_on_the_thread_whatever_panics() {
        let (tell, told) = mpsc::channel();
        for number in 0..4 {
            drop(Elsewhere::new(Tells(tell.clone(), number == 1)));
        }
        for _ in 0..4 {
            assert_eq!(told.recv().expect("it is dropped").as_deref(), Some("callboard-drop"));
        }
    }
}
