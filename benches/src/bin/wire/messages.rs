//! What a room remembers: the last messages. Both servers have it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// What was said. It is the event too.
#[derive(Clone, Serialize, Deserialize)]
pub struct Message {
    pub id: u64,
    pub user: String,
    pub text: String,
}

#[derive(Default, Serialize, Deserialize)]
pub struct Messages {
    last: VecDeque<Message>,
    sent: u64,
}

impl Messages {
    const KEPT: usize = 20;

    pub fn send(&mut self, user: String, text: String) -> &Message {
        if self.last.len() == Self::KEPT {
            self.last.pop_front();
        }
        self.sent += 1;
        self.last.push_back(Message { id: self.sent, user, text });
        &self.last[self.last.len() - 1]
    }
}

/// What a server answers that is asked for much.
pub fn recital() -> String {
    "x".repeat(1_000_000)
}
