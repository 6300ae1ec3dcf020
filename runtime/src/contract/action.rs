//! An action and its reply as values: what crosses a mailbox, and what is encoded for the wire.

use crate::{
    ActionInfo,
    wire::{ArgsReader, ArgsWriter, DecodeError, EncodeError, Outcome, Output},
};

/// Every action of an actor, one variant each: the generated `ChatRoomAction`.
///
/// Calls in this process move the value itself; [`encode`](Self::encode) and [`decode`](Self::decode) are for
/// the wire, for schedules, and for logs.
pub trait Action: Sized + Send + 'static {
    /// Every action, in the order written.
    const TABLE: &'static [&'static ActionInfo];

    /// Every reply, one variant each.
    type Reply: Reply;

    /// The table's row for this action.
    fn info(&self) -> &'static ActionInfo;

    /// Writes the arguments, in order.
    fn encode(&self, args: &mut ArgsWriter) -> Result<(), EncodeError>;

    /// Reads the arguments of the action with this wire name, which is one of [`TABLE`](Self::TABLE).
    fn decode(name: &str, args: &mut ArgsReader<'_>) -> Result<Self, DecodeError>;
}

/// The field of an action that needs the connection which calls it (`conn: &Conn<Self>`).
///
/// Only a connection's client and the wire make one, so such an action cannot be made by hand, and not be scheduled:
///
/// ```compile_fail,E0063
/// # use callboard::prelude::*;
/// # #[derive(Default, Serialize, Deserialize)] struct Room;
/// #[actor]
/// impl Room {
///     #[action]
///     fn leave(&self, conn: &Conn<Self>) {
///         conn.disconnect("bye");
///     }
///
///     #[action]
///     fn leave_later(&self, ctx: &Ctx<Self>) {
///         ctx.after(std::time::Duration::from_secs(5), RoomAction::Leave {}); // missing field `conn`
///     }
/// }
/// ```
#[derive(Debug)]
pub struct NeedsConn(());

impl NeedsConn {
    pub(crate) fn new() -> Self {
        Self(())
    }
}

/// Every reply of an actor, one variant per action: the generated `ChatRoomReply`.
pub trait Reply: Sized + Send + 'static {
    /// Writes what the action returned: its value, or its error.
    fn encode(&self, output: &mut Output) -> Result<(), EncodeError>;

    /// Reads what the action with this wire name returned.
    fn decode(name: &str, outcome: Outcome<'_>) -> Result<Self, DecodeError>;
}
