//! What goes into a mailbox, and what comes of it.

use crate::host::cell::flow::HasFlow;

/// What can wait for an actor.
pub(in crate::host) trait Queued: HasFlow {
    /// Whether it needs the state and nothing else, and does not await: whoever has the state can run it.
    fn is_brief(&self) -> bool;

    /// Whether it needs the state first of all, so that it need not be taken out while somebody has that.
    fn needs_state(&self) -> bool;
}

/// What the actor's task gets.
pub(in crate::host) enum Next<T> {
    /// The next item; to be followed by `Mailbox::done`.
    Item(T),
    /// Somebody called `Mailbox::nudge` since the last read.
    Nudged,
    /// Closed, and everything was read.
    Closed,
}

/// What a task gets that is to end if there is nothing for it to do.
pub(in crate::host) enum NextOrLeft<T> {
    Next(Next<T>),
    /// It has something else to do.
    Else,
    /// There is nothing: another task may run already, and this one is to touch nothing any more.
    Left,
}

/// Why an item was not taken, and the item.
pub(in crate::host) enum Rejected<T> {
    Full(T),
    Closed(T),
}

/// What comes of giving the state back.
pub(in crate::host) enum GivenBack<S, T> {
    /// It lies in the mailbox again.
    Over,
    /// This waits, and is to be run with it first.
    Next(S, T),
}

/// What a mailbox takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Intake {
    Open,
    /// The actor's end has begun: only what belongs to that.
    Ending,
    Closed,
}
