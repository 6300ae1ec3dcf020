//! The settings of an actor type.

use std::time::Duration;

/// How actors of one type live: what `#[actor(..)]` says besides names and events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What an answer, and an event, may leave before. `durability = ".."`
    pub durability: Durability,
    /// How often a `"relaxed"` actor is saved. `save_interval = "10s"`
    pub save_interval: Duration,
    /// How long an actor stays awake without work. `sleep_timeout = "30s"`
    pub sleep_timeout: Duration,
    /// How long one action may run. `action_timeout = "60s"`
    pub action_timeout: Duration,
    /// Whether an actor may sleep while connections are open; they stay open, with their state, params and
    /// subscriptions. `hibernate`
    pub hibernate: bool,
}

impl Options {
    /// The settings of an actor that says nothing: `"reply"`, saved every 10 s if `"relaxed"`, asleep after 30 s,
    /// 60 s for an action, no hibernation.
    pub const DEFAULT: Self = Self {
        durability: Durability::Reply,
        save_interval: Duration::from_secs(10),
        sleep_timeout: Duration::from_secs(30),
        action_timeout: Duration::from_mins(1),
        hibernate: false,
    };
}

impl Default for Options {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What must be saved before the world hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Answers leave after the state they speak of is saved; events leave at once. The default.
    Reply,
    /// Answers and events leave after the state they speak of is saved.
    Output,
    /// Everything leaves at once, and the state is saved every `save_interval`: a crash costs that much.
    Relaxed,
}
