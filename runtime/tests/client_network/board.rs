//! A contract written by hand, as `#[actor]` would write it: the tests of the client need no server for it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::callboard::{
    __error_kind, ActorError, CallError, Connection, Contract, Event, EventOf, Handle,
    contract::{Action, ActionInfo, ArgInfo, EventInfo, Mode, Reply},
    wire::{ArgsReader, ArgsWriter, DecodeError, EncodeError, EventReader, Outcome, Output},
};

/// A board that people post to.
#[derive(Debug)]
pub(crate) struct Board;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Posted {
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cleared;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct JoinParams {
    pub name: String,
}

#[derive(Debug, PartialEq)]
pub(crate) enum BoardError {
    Full { limit: u32 },
}

impl fmt::Display for BoardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the board is full")
    }
}

impl ActorError for BoardError {
    fn code(&self) -> &'static str {
        "full"
    }

    fn metadata(&self) -> Option<Value> {
        let Self::Full { limit } = self;
        Some(serde_json::json!({ "limit": limit }))
    }

    fn restore(code: &str, metadata: Option<&Value>) -> Option<Self> {
        let limit = metadata?.get("limit")?.as_u64()?;
        (code == "full").then_some(Self::Full { limit: limit.try_into().ok()? })
    }
}

#[derive(Debug)]
pub(crate) enum BoardAction {
    Post { text: String },
    Clear {},
}

#[derive(Debug)]
pub(crate) enum BoardReply {
    Post(Result<u32, CallError<BoardError>>),
    Clear(Result<(), CallError>),
}

static POST: ActionInfo = ActionInfo::new(
    "post",
    "post",
    &[ArgInfo::new("text", "String")],
    "Result<u32, BoardError>",
    Mode::Write,
);
static CLEAR: ActionInfo = ActionInfo::new("clear", "clear", &[], "", Mode::Write);

impl Action for BoardAction {
    const TABLE: &'static [&'static ActionInfo] = &[&POST, &CLEAR];
    type Reply = BoardReply;

    fn info(&self) -> &'static ActionInfo {
        match self {
            Self::Post { .. } => &POST,
            Self::Clear {} => &CLEAR,
        }
    }

    fn encode(&self, args: &mut ArgsWriter) -> Result<(), EncodeError> {
        if let Self::Post { text } = self {
            args.push(text)?;
        }
        Ok(())
    }

    fn decode(name: &str, args: &mut ArgsReader<'_>) -> Result<Self, DecodeError> {
        match name {
            "post" => Ok(Self::Post { text: args.next()? }),
            _ => Ok(Self::Clear {}),
        }
    }
}

impl Reply for BoardReply {
    fn encode(&self, output: &mut Output) -> Result<(), EncodeError> {
        match self {
            Self::Post(result) => output.write(result, __error_kind!(BoardError)),
            Self::Clear(result) => output.write(result, __error_kind!(std::convert::Infallible)),
        }
    }

    fn decode(name: &str, outcome: Outcome<'_>) -> Result<Self, DecodeError> {
        Ok(match name {
            "post" => Self::Post(outcome.read(__error_kind!(BoardError))?),
            _ => Self::Clear(outcome.read(__error_kind!(std::convert::Infallible))?),
        })
    }
}

#[derive(Debug, PartialEq)]
pub(crate) enum BoardEvent {
    Posted(Posted),
    Cleared(Cleared),
}

impl Event for BoardEvent {
    const TABLE: &'static [EventInfo] =
        &[EventInfo::new("posted", "Posted"), EventInfo::new("cleared", "Cleared")];

    fn decode(index: usize, payload: &EventReader<'_>) -> Result<Self, DecodeError> {
        Ok(match index {
            0 => Self::Posted(payload.read()?),
            _ => Self::Cleared(payload.read()?),
        })
    }
}

impl EventOf<Board> for Posted {
    const INDEX: usize = 0;

    fn into_event(self) -> BoardEvent {
        BoardEvent::Posted(self)
    }
}

impl EventOf<Board> for Cleared {
    const INDEX: usize = 1;

    fn into_event(self) -> BoardEvent {
        BoardEvent::Cleared(self)
    }
}

impl Contract for Board {
    const NAME: &'static str = "board";
    type Action = BoardAction;
    type Event = BoardEvent;
    type Params = JoinParams;
    type Input = ();
    type Handle = Handle<Self>;
    type Connection = Connection<Self>;
}

/// The stub of `post`, on a connection.
pub(crate) async fn post(connection: &Connection<Board>, text: &str) -> Result<u32, CallError<BoardError>> {
    posted(connection.call(BoardAction::Post { text: text.to_owned() }).await)
}

/// What a call of `post` was answered with.
pub(crate) fn posted(reply: Result<BoardReply, CallError>) -> Result<u32, CallError<BoardError>> {
    match reply.map_err(CallError::into_any)? {
        BoardReply::Post(result) => result,
        BoardReply::Clear(_) => panic!("the reply of another action"),
    }
}
