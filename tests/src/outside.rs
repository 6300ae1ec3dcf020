//! What is outside of every actor: gates that its actions wait at, notes that outlive its state, the time.

use std::{
    collections::HashMap,
    panic,
    sync::{Arc, LazyLock, Mutex, Once},
    time::Duration,
};

use callboard::CallError;
use tokio::sync::Notify;

/// The gate of this name, at which actions wait. It lets one pass for each [`release`].
pub fn gate(name: &str) -> Arc<Notify> {
    static GATES: LazyLock<Mutex<HashMap<String, Arc<Notify>>>> = LazyLock::new(Mutex::default);
    let mut gates = GATES.lock().expect("no test panics while it holds the lock");
    Arc::clone(gates.entry(name.to_owned()).or_default())
}

/// Lets one pass the gate of this name.
pub fn release(name: &str) {
    gate(name).notify_one();
}

static NOTES: LazyLock<Mutex<HashMap<String, Vec<String>>>> = LazyLock::new(Mutex::default);

/// Notes something on this page.
pub fn note(page: &str, what: impl Into<String>) {
    let mut notes = NOTES.lock().expect("no test panics while it holds the lock");
    notes.entry(page.to_owned()).or_default().push(what.into());
}

/// Everything noted on this page.
pub fn noted(page: &str) -> Vec<String> {
    NOTES.lock().expect("no test panics while it holds the lock").get(page).cloned().unwrap_or_default()
}

/// Takes everything off this page.
pub fn forget(page: &str) {
    NOTES.lock().expect("no test panics while it holds the lock").remove(page);
}

/// Lets time pass on the paused clock of the test. What was due meanwhile has run, and was waited for.
pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

/// [`pass`], in seconds.
pub async fn pass_s(seconds: u64) {
    pass(Duration::from_secs(seconds)).await;
}

/// Lets panics pass in silence that say that they happen `on purpose`: a test has so many that nothing else would be
/// seen, and printing them takes longer than the test.
pub fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !info.payload_as_str().is_some_and(|text| text.contains("on purpose")) {
                loud(info);
            }
        }));
    });
}

/// Whether a call ended with the word that nothing of it stays.
pub fn taken_back<E>(error: &CallError<E>) -> bool {
    error.fault().is_some_and(|fault| fault.is("actor", "rolled_back"))
}
