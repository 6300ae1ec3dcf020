//! A test: how large the futures are that are around an actor's own.
#![allow(clippy::large_stack_arrays, clippy::large_futures, clippy::unused_async)]

use std::{hint::black_box, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    Absent, Inherited,
    task::{ActorTask, run},
};
use crate::{
    Body, Ctx, Fault, Key, Limits, RawSocket, actor,
    host::{
        ActorCell, ActorType, Shared, Turn,
        turn::{
            call::{Call, Destination},
            call_chain::Chain,
            instrument::CallInstrument,
            read_turn::ReadTurn,
            write_turn::WriteAccess,
        },
    },
    store::MemoryStore,
    util::log::Span,
};

/// What every future of the actor holds.
const LARGE: usize = 200_000;
/// What ours may hold themselves.
const SMALL: usize = 8 << 10;
/// What the task of an actor may hold: there is one for each that is awake.
const TASK: usize = 2 << 10;
/// What an actor that is awake may hold. With the two counts of its `Arc` it fits into a piece of 368 bytes, with the 8 that
/// allocators add.
const CELL: usize = 344;

macro_rules! hold {
    () => {
        let held = [1_u8; LARGE];
        tokio::task::yield_now().await;
        black_box(&held);
    };
}

#[derive(Serialize, Deserialize)]
struct Whale;

#[actor(crate = crate)]
impl Whale {
    #[on_create]
    async fn make() -> Self {
        hold!();
        Self
    }

    #[on_before_connect]
    async fn admit(&self) {
        hold!();
    }

    #[on_connect]
    async fn join(&self) {
        hold!();
    }

    #[on_disconnect]
    async fn leave(&self) {
        hold!();
    }

    #[on_wake]
    async fn wake(&self) {
        hold!();
    }

    #[on_sleep]
    async fn sleep(&self) {
        hold!();
    }

    #[on_destroy]
    async fn end(&self) {
        hold!();
    }

    #[run]
    async fn run() {
        hold!();
    }

    #[on_request]
    async fn serve(&mut self, _request: http::Request<Body>) -> String {
        hold!();
        String::new()
    }

    #[on_websocket]
    async fn socket(_ctx: Ctx<Self>, _socket: RawSocket) -> Result<(), Fault> {
        hold!();
        Ok(())
    }

    #[action]
    async fn read(&self) {
        hold!();
    }

    #[action]
    async fn write(&mut self) {
        hold!();
    }
}

#[test]
fn an_actor_that_is_awake_is_small() {
    let size = size_of::<ActorCell<Whale>>();
    assert!(size <= CELL, "{size}");
}

#[tokio::test]
async fn a_future_of_ours_is_small_however_large_the_actor_s_own_is() {
    let store = Arc::new(MemoryStore::new());
    let kind = ActorType::<Whale>::new(Shared::new(
        std::sync::Weak::<()>::new(),
        store,
        Limits::new(),
        crate::util::clock::Clock::start(None),
    ));
    let cell = kind.new_cell(Key::from("whale"), Absent::Make(None), Inherited::Nothing);

    let task = run(ActorTask::new(&cell), None, Span::none());
    assert!(size_of_val(&task) < TASK, "the task of an actor: {}", size_of_val(&task));

    let call = |action| {
        let watch = CallInstrument::default();
        Call::new(watch, action, None, Destination::Nobody, Chain::default())
    };
    {
        let core = cell.mailbox().take_if_idle().expect("nobody has it");
        let mut access = WriteAccess::new(Arc::clone(&cell), core);
        let write = access.run_async(call(WhaleAction::Write {}));
        assert!(size_of_val(&write) < SMALL, "an action that writes: {}", size_of_val(&write));
    }
    let core = cell.mailbox().share_if_idle().expect("nobody has it");
    let read = Arc::new(ReadTurn::new(Arc::clone(&cell), core)).run_async(call(WhaleAction::Read {}));
    assert!(size_of_val(&read) < SMALL, "an action that reads: {}", size_of_val(&read));

    let held = [1_u8; LARGE];
    let turn = Turn::new(&cell, move |_: &mut Whale| black_box(&held).len()).run(&cell);
    assert!(size_of_val(&turn) < SMALL, "a turn: {}", size_of_val(&turn));
}
