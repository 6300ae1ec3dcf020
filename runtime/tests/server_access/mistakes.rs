//! What cannot be a setting: told at the line that says it, or in the log.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex},
    thread,
};

use super::*;

/// The file in which this panics, and what it says.
fn panic_of(mistake: impl FnOnce()) -> (String, String) {
    /// Panic hooks are the process's: one at a time.
    static ONE: Mutex<()> = Mutex::new(());
    let one = ONE.lock().unwrap();
    let (file, me) = (Arc::new(Mutex::new(String::new())), thread::current().id());
    let others = Arc::new(panic::take_hook());
    let (seen, as_ever) = (Arc::clone(&file), Arc::clone(&others));
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == me {
            info.location().unwrap().file().clone_into(&mut seen.lock().unwrap());
        } else {
            as_ever(info);
        }
    }));
    let message = panic::catch_unwind(AssertUnwindSafe(mistake)).expect_err("it panics");
    panic::set_hook(Box::new(move |info| others(info)));
    drop(one);
    let message = match message.downcast::<String>() {
        Ok(text) => *text,
        Err(message) => (*message.downcast::<&str>().unwrap()).to_owned(),
    };
    let file = file.lock().unwrap().clone();
    (file, message)
}

#[test]
fn a_mistake_is_told_at_the_line_that_makes_it() {
    for (host, told) in [
        ("https://app.example", "`https://app.example` is no host: write a name or an address alone"),
        ("*.example.com", "`*.example.com` is no host: there are no wildcards"),
        ("", "a host is empty"),
        (" \t", "a host is empty"),
    ] {
        told_here(told, || drop(Registry::new().hosts([host])));
    }
    for (proxy, told) in [
        ("proxy.example", "names are not looked up"),
        ("10.0.0.0/33", "too many bits, which are 32 at most"),
        ("", "a proxy is empty"),
    ] {
        told_here(told, || drop(Registry::new().trusted_proxies([proxy])));
    }
    told_here("the control token is empty", || drop(registry().control("").router()));
    told_here("the control token has 5", || drop(registry().control("short").control_router()));
}

/// It panics with this text, at a line of this file.
fn told_here(text: &str, mistake: impl FnOnce()) {
    let (file, message) = panic_of(mistake);
    assert!(message.contains(text), "{message}");
    assert!(file.ends_with("mistakes.rs"), "{message}: it is told at {file}");
}

#[tokio::test]
async fn what_is_set_after_the_start_is_told_at_its_line() {
    let started = || {
        let registry = registry();
        let _ = registry.client();
        registry
    };
    let settings: [fn(Registry) -> Registry; 6] = [
        |registry| registry.hosts(["app.example"]),
        |registry| registry.trusted_proxies(["127.0.0.1"]),
        |registry| registry.control("0123456789abcdef"),
        |registry| registry.limits(callboard::Limits::new()),
        |registry| registry.origins(callboard::server::Origins::any()),
        |registry| registry.in_memory(),
    ];
    for setting in settings {
        let registry = started();
        told_here("the registry has started", || drop(setting(registry)));
    }
}

#[tokio::test]
async fn the_log_warns_at_the_start_where_everybody_is_believed() {
    let log = log();
    let warned = |network: &str| log.lines(|line| line.field("network") == Some(network)).len();
    let registry = registry().trusted_proxies(["0.0.0.0/0", "::/0", "10.0.0.0/8", "[::1]"]);
    assert_eq!(warned("0.0.0.0/0"), 0);
    let _ = (registry.router(), registry.router());
    assert_eq!([warned("0.0.0.0/0"), warned("::/0"), warned("10.0.0.0/8"), warned("::1/128")], [1, 1, 0, 0]);
}
