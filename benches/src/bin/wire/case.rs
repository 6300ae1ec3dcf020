//! What is measured.

/// A load that has a name.
pub struct Case {
    pub name: &'static str,
    pub load: Load,
}

#[derive(Clone, Copy)]
pub enum Load {
    /// Calls on connections, each of which always has so many unanswered.
    Calls { connections: usize, in_flight: usize, call: Call },
    /// The same while so many other connections are open and say nothing.
    CallsBeside { idle: usize, connections: usize, in_flight: usize },
    /// Calls over HTTP, one after the other on each of so many sockets.
    Http { sockets: usize },
    /// The same, each to an actor that did not exist before.
    Cold { sockets: usize },
    /// Messages that each subscriber gets, so many of which are on their way at once.
    FanOut { subscribers: usize, outstanding: usize },
}

/// An action, and what is passed to it.
#[derive(Clone, Copy)]
pub enum Call {
    /// A short message; the answer is the message.
    Send,
    /// Text of 60 KiB; the answer is its length.
    Measure,
    /// The answer is text of nearly 1 MiB.
    Recite,
}

pub const CASES: &[Case] = &[
    calls("1 call in flight", 1, 1),
    calls("32 calls in flight", 1, 32),
    calls("256 calls in flight", 1, 256),
    calls("32 connections, 8 calls in flight on each", 32, 8),
    Case { name: "HTTP calls, one by one", load: Load::Http { sockets: 1 } },
    Case { name: "HTTP calls, 32 at once", load: Load::Http { sockets: 32 } },
    fan_out("fan-out to 100, 1 publish outstanding", 100, 1),
    fan_out("fan-out to 100, 16 publishes outstanding", 100, 16),
    fan_out("fan-out to 1,000, 1 publish outstanding", 1_000, 1),
    fan_out("fan-out to 1,000, 16 publishes outstanding", 1_000, 16),
    Case { name: "first calls of new actors, 32 at once", load: Load::Cold { sockets: 32 } },
    large("60 KiB in, 4 calls in flight", Call::Measure),
    large("1 MiB out, 4 calls in flight", Call::Recite),
    Case {
        name: "100 connections of 10,000 call, 1 call in flight on each",
        load: Load::CallsBeside { idle: 9_900, connections: 100, in_flight: 1 },
    },
];

const fn calls(name: &'static str, connections: usize, in_flight: usize) -> Case {
    Case { name, load: Load::Calls { connections, in_flight, call: Call::Send } }
}

const fn large(name: &'static str, call: Call) -> Case {
    Case { name, load: Load::Calls { connections: 1, in_flight: 4, call } }
}

const fn fan_out(name: &'static str, subscribers: usize, outstanding: usize) -> Case {
    Case { name, load: Load::FanOut { subscribers, outstanding } }
}

impl Case {
    pub fn named(name: &str) -> &'static Self {
        CASES.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case `{name}`"))
    }
}
