//! A poll: the source of an actor, for the server that runs it and for the clients that call it.
//!
//! Both see the same types and signatures. The bodies, and what is `#[server_only]`, are in the server's build alone.

use std::collections::{BTreeMap, BTreeSet};

#[server_only]
use std::collections::btree_map::Entry;

use callboard::prelude::*;

/// What a poll is made from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPoll {
    /// What one can vote for.
    pub options: Vec<String>,
}

/// Who votes: what a client passes to `connect`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Voter {
    /// The voter's name.
    pub name: String,
}

/// Somebody has voted: the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voted {
    /// Who has.
    pub name: String,
    /// How many votes each option has now.
    pub tally: BTreeMap<String, u32>,
}

/// Why a vote does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ActorError)]
pub enum PollError {
    /// It is for something that is not to be voted on.
    #[error("`{option}` is not one of the options")]
    UnknownOption {
        /// What the vote is for.
        option: String,
    },
    /// It is the second one.
    #[error("{name} has voted already")]
    VotedAlready {
        /// Whose it is.
        name: String,
    },
}

/// A poll, in which every name has one vote.
#[derive(Debug, Serialize, Deserialize)]
pub struct Poll {
    tally: BTreeMap<String, u32>,
    voters: BTreeSet<String>,
}

/// What the poll remembers about a connection. Clients never see it, so their builds can do without.
#[server_only]
#[derive(Debug)]
pub struct Seat {
    name: String,
}

#[actor(events(Voted))]
impl Poll {
    #[on_create]
    fn open(input: NewPoll) -> Self {
        let tally = input.options.into_iter().map(|option| (option, 0)).collect();
        Self { tally, voters: BTreeSet::new() }
    }

    #[on_before_connect]
    fn admit(&self, params: Voter) -> Seat {
        Seat { name: params.name }
    }

    /// Votes for one of the options, and returns how many votes it has now.
    #[action]
    fn vote(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>, option: String) -> Result<u32, PollError> {
        let name = conn.state().name.clone();
        if self.voters.contains(&name) {
            return Err(PollError::VotedAlready { name });
        }
        let votes = match self.tally.entry(option) {
            Entry::Vacant(missing) => return Err(PollError::UnknownOption { option: missing.into_key() }),
            Entry::Occupied(votes) => votes.into_mut(),
        };
        *votes += 1;
        let votes = *votes;
        self.voters.insert(name.clone());
        ctx.broadcast(&Voted { name, tally: self.tally.clone() });
        Ok(votes)
    }

    /// How many votes each option has.
    #[action]
    fn tally(&self) -> BTreeMap<String, u32> {
        self.tally.clone()
    }
}
