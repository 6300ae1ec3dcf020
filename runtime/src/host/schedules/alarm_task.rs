//! What an alarm does: the payload that a store keeps of it.

use ciborium::Value;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Action, ActionInfo, Actor, ScheduleError,
    actor::{ActionOf, schedule::Repeat},
    host::turn::decode::{action_named, decode_action},
    store::{Alarm, AlarmEncoding},
    util::clock::Clock,
    wire::{ArgsReader, ArgsWriter, DecodeError, Format, native},
};

/// What an alarm does.
pub(crate) struct Task {
    /// The action's name on the wire.
    pub(crate) action: String,
    args: Args,
    pub(crate) repeat: Option<Repeat>,
    /// By which clock it was set, if that showed another time of day than the one at which it began.
    pub(crate) clock: Option<SetBy>,
}

/// The arguments of the action, an array.
enum Args {
    /// As the wire has them.
    Json(Box<RawValue>),
    /// As states are written.
    Kept(Vec<u8>),
}

/// The clock of the process that set an alarm.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct SetBy {
    clock: u64,
    ahead_ms: i64,
}

/// A payload, as it is now.
#[derive(Serialize, Deserialize)]
struct Kept {
    action: String,
    /// Bytes: what is in them is the action's business.
    args: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat: Option<Repeat>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clock: Option<SetBy>,
}

/// A payload, as the first versions wrote it.
#[derive(Serialize, Deserialize)]
struct First {
    action: String,
    args: Box<RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat: Option<Repeat>,
}

impl Task {
    /// Fails for an argument that could not be read again.
    pub(crate) fn new<A: Actor>(action: &ActionOf<A>, repeat: Option<Repeat>) -> Result<Self, ScheduleError> {
        let info: &'static ActionInfo = action.info();
        let mut args = ArgsWriter::kept(info.args.len());
        action.encode(&mut args)?;
        let args = Args::Kept(args.finish().into());
        Ok(Self { action: info.name.to_owned(), args, repeat, clock: None })
    }

    pub(crate) fn read(alarm: &Alarm) -> Result<Self, DecodeError> {
        match alarm.encoding {
            AlarmEncoding::Json => {
                let task = serde_json::from_slice(&alarm.payload);
                let First { action, args, repeat } =
                    task.map_err(|error| DecodeError::new(error.to_string()))?;
                Ok(Self { action, args: Args::Json(args), repeat, clock: None })
            }
            AlarmEncoding::Cbor => {
                let Kept { action, args, repeat, clock } = native::from_bytes(&alarm.payload)?;
                let args = args.into_bytes().map_err(|_| DecodeError::new("the arguments are no bytes"))?;
                Ok(Self { action, args: Args::Kept(args), repeat, clock })
            }
        }
    }

    /// The action, for an actor that still has it.
    pub(super) fn action<A: Actor>(&self) -> Result<ActionOf<A>, DecodeError> {
        let info =
            action_named::<A>(&self.action).ok_or_else(|| crate::__private::unknown_action(&self.action))?;
        let args = match &self.args {
            Args::Json(args) => ArgsReader::new(Format::Json, args.get().as_bytes(), info),
            Args::Kept(args) => ArgsReader::kept(args, info),
        };
        decode_action::<A>(info, args)
    }

    /// An alarm that does this, set by this clock.
    pub(crate) fn alarm(self, alarm: Alarm, clock: &Clock) -> Result<Alarm, ScheduleError> {
        let Self { action, args, repeat, .. } = self;
        let (payload, encoding) = match args {
            Args::Json(args) => {
                let payload = serde_json::to_vec(&First { action, args, repeat });
                (payload.map_err(|error| ScheduleError::invalid(&error))?, AlarmEncoding::Json)
            }
            Args::Kept(args) => {
                let args = Value::Bytes(args);
                let kept = Kept { action, args, repeat, clock: SetBy::clock(clock) };
                (native::to_bytes(&kept)?, AlarmEncoding::Cbor)
            }
        };
        Ok(Alarm { payload: payload.into(), ..alarm }.with_encoding(encoding))
    }
}

impl SetBy {
    /// `None` for a clock that has always shown the same time of day: then its elapsed time is that.
    fn clock(clock: &Clock) -> Option<Self> {
        let ahead_ms = clock.ahead_ms();
        (ahead_ms != 0).then(|| Self { clock: clock.id(), ahead_ms })
    }

    pub(crate) fn is_of(&self, clock: &Clock) -> bool {
        self.clock == clock.id()
    }

    pub(crate) fn to_time_of_day(self, elapsed_ms: u64) -> u64 {
        elapsed_ms.saturating_add_signed(self.ahead_ms)
    }
}
