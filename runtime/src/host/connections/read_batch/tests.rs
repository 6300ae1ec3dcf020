use std::{
    sync::mpsc,
    task::{Context, Poll, Waker},
    thread,
};

use serde::{Deserialize, Serialize};

use super::*;
use crate::{
    Conn, Limits, actor,
    actor::conn::{NewConn, Peer},
    delivery::{outbox::Outbox, turn_id::TurnScope},
    host::{
        connections::{Connections, broadcast_buffer::BroadcastBuffer},
        pending_output::ActorGate,
    },
    meters::ActorMeters,
    wire::Encoding,
};

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::host) struct Cried(u32, String);

#[derive(Default)]
pub(in crate::host) struct Crier;

#[actor(ephemeral, events(Cried))]
impl Crier {}

/// An actor with three connections, all of which hear everything.
struct Scene {
    connections: Connections<Crier>,
    outboxes: Vec<Arc<Outbox>>,
}

impl Scene {
    fn new() -> Self {
        let meters = Arc::new(ActorMeters::new("crier", &[], crate::actor::conn::events::<Crier>(), &[]));
        let connections = Connections::<Crier>::new(ActorGate::new(), &meters);
        let limits = Arc::new(Limits::new());
        let outboxes = (0..3).map(|number| {
            let outbox = Arc::new(Outbox::new(Encoding::Json, 4, Arc::clone(&limits)));
            let conn = Conn::new(NewConn {
                id: ConnId::new(1, number),
                source: crate::host::Source::Process,
                params: (),
                state: (),
                peer: Peer::Wire(Arc::clone(&outbox)),
                gate: connections.gate().clone(),
                broadcasts: Arc::clone(connections.broadcasts()),
                limits: Arc::clone(&limits),
                meters: Arc::clone(&meters),
            });
            conn.subscribe(0);
            connections.add(conn);
            outbox
        });
        let outboxes = outboxes.collect();
        Self { connections, outboxes }
    }

    /// Begins a batch of the first connection.
    fn batch(&self) -> ReadBatch {
        self.connections.broadcasts().begin_batch(ConnId::new(1, 0)).expect("there are others")
    }

    fn cry(&self, number: u32) {
        self.cry_long(number, 0);
    }

    fn cry_long(&self, number: u32, length: usize) {
        self.connections.broadcast(&Cried(number, "x".repeat(length))).expect("it can be encoded");
    }

    fn broadcasts(&self) -> &BroadcastBuffer<Crier> {
        self.connections.broadcasts()
    }

    fn turn(&self, code: impl FnOnce()) {
        BroadcastBuffer::corked_in(Some(self.broadcasts()), &mut TurnScope::Unnamed, code);
    }

    fn poll<T>(&self, code: impl FnOnce() -> Poll<T>) {
        let _ = BroadcastBuffer::corked_poll(Some(self.broadcasts()), &mut TurnScope::Unnamed, code);
    }

    /// What each of them has got since this was last asked.
    fn got(&self) -> [Vec<u32>; 3] {
        [0, 1, 2].map(|member| {
            let outbox: &Outbox = &self.outboxes[member];
            let mut numbers = Vec::new();
            loop {
                let Poll::Ready(taken) = outbox.take(&mut Context::from_waker(Waker::noop())) else {
                    panic!("nobody flushes meanwhile")
                };
                let messages = taken.batches.iter().flat_map(|batch| batch.messages());
                numbers.extend(messages.map(|message| number_of(&message.payload)));
                if taken.is_all {
                    return numbers;
                }
            }
        })
    }
}

/// What an event carries.
fn number_of(payload: &[u8]) -> u32 {
    let text = str::from_utf8(payload).expect("JSON");
    let (_, args) = text.split_once(r#""args":["#).expect("an event");
    args.trim_start_matches('[').split(',').next().and_then(|number| number.parse().ok()).expect("a number")
}

const NOTHING: Vec<u32> = Vec::new();

#[test]
fn what_the_turns_of_a_batch_broadcast_leaves_at_its_end_but_reaches_its_own_connection_at_once() {
    let scene = Scene::new();
    let batch = scene.batch();
    for number in 0..3 {
        scene.turn(|| scene.cry(number));
        assert_eq!(scene.got(), [vec![number], NOTHING, NOTHING]);
    }
    drop(batch);
    assert_eq!(scene.got(), [NOTHING, vec![0, 1, 2], vec![0, 1, 2]]);
    scene.turn(|| scene.cry(3));
    assert_eq!(scene.got(), [vec![3], vec![3], vec![3]], "nothing is left of it");
}

#[test]
fn a_turn_that_awaits_sends_what_it_and_those_before_it_have_broadcast() {
    let scene = Scene::new();
    let batch = scene.batch();
    scene.turn(|| scene.cry(0));
    scene.poll(|| {
        scene.cry(1);
        Poll::Ready(())
    });
    assert_eq!(scene.got(), [vec![0, 1], NOTHING, NOTHING]);
    scene.poll(|| {
        scene.cry(2);
        Poll::<()>::Pending
    });
    assert_eq!(scene.got(), [vec![2], vec![0, 1, 2], vec![0, 1, 2]]);
    drop(batch);
    assert_eq!(scene.got(), [NOTHING, NOTHING, NOTHING]);
}

#[test]
fn calls_of_others_that_are_run_on_the_way_are_answered_after_what_was_broadcast_before() {
    let scene = Scene::new();
    let batch = scene.batch();
    scene.turn(|| scene.cry(0));
    outside(|| scene.turn(|| ()));
    assert_eq!(scene.got(), [vec![0], vec![0], vec![0]]);
    scene.turn(|| scene.cry(1));
    outside(|| scene.turn(|| scene.cry(2)));
    assert_eq!(scene.got(), [vec![1, 2], vec![1, 2], vec![1, 2]]);
    drop(batch);
    assert_eq!(scene.got(), [NOTHING, NOTHING, NOTHING]);
}

#[test]
fn what_a_turn_of_another_thread_has_broadcast_before_comes_before() {
    let scene = Scene::new();
    let batch = scene.batch();
    scene.turn(|| scene.cry(0));
    let ((has_cried, cried), (end, ended)) = (mpsc::channel(), mpsc::channel());
    thread::scope(|threads| {
        let scene = &scene;
        threads.spawn(move || {
            scene.turn(|| {
                scene.cry(1);
                has_cried.send(()).expect("it is waited for");
                ended.recv().expect("it is told");
            });
        });
        cried.recv().expect("it cries");
        scene.turn(|| ());
        assert_eq!(scene.got(), [vec![0, 1], vec![0, 1], vec![0, 1]], "an answer comes after it");
        scene.turn(|| scene.cry(2));
        assert_eq!(scene.got(), [vec![2], NOTHING, NOTHING]);
        end.send(()).expect("it waits");
    });
    assert_eq!(scene.got(), [NOTHING, vec![2], vec![2]]);
    drop(batch);
    assert_eq!(scene.got(), [NOTHING, NOTHING, NOTHING]);
}

#[test]
fn an_event_for_one_alone_comes_after_what_was_broadcast_before() {
    let scene = Scene::new();
    let send = |number, to: u64| {
        let conn = scene.connections.get(ConnId::new(1, to)).expect("it is there");
        assert!(conn.send(&Cried(number, String::new())));
    };
    let batch = scene.batch();
    scene.turn(|| {
        scene.cry(0);
        send(1, 0);
    });
    assert_eq!(scene.got(), [vec![0, 1], NOTHING, NOTHING], "it lacks nothing");
    scene.turn(|| {
        scene.cry(2);
        send(3, 1);
    });
    assert_eq!(scene.got(), [vec![2], vec![0, 2, 3], vec![0, 2]]);
    drop(batch);
    assert_eq!(scene.got(), [NOTHING, NOTHING, NOTHING]);
}

#[test]
fn a_batch_that_is_full_says_so_and_collects_no_more() {
    let scene = Scene::new();
    let batch = scene.batch();
    scene.turn(|| (0..2).for_each(|number| scene.cry_long(number, 20_000)));
    assert!(!batch.is_full());
    assert_eq!(scene.got(), [vec![0, 1], NOTHING, NOTHING]);
    scene.turn(|| (2..4).for_each(|number| scene.cry_long(number, 20_000)));
    assert!(batch.is_full());
    assert_eq!(scene.got(), [vec![2, 3], vec![0, 1, 2, 3], vec![0, 1, 2, 3]]);
    scene.turn(|| scene.cry(4));
    assert_eq!(scene.got(), [vec![4], vec![4], vec![4]]);
}

#[test]
fn one_connection_alone_has_no_batch() {
    let scene = Scene::new();
    for member in [1, 2] {
        scene.connections.remove(ConnId::new(1, member));
    }
    assert!(scene.connections.broadcasts().begin_batch(ConnId::new(1, 0)).is_none());
}
