use std::{collections::HashMap, net::IpAddr};

use proptest::{collection::vec, prelude::*};

use super::*;

/// An item: what it is of, and its number there.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Item(Flow, u32);

impl HasFlow for Item {
    fn flow(&self) -> Flow {
        self.0
    }
}

fn queue() -> FairQueue<Item> {
    FairQueue::new(Bounds { of_conn: 2, of_address: 3 })
}

fn address(last: u8) -> Source {
    Source::Address(IpAddr::from([10, 0, 0, last]))
}

fn conn(source: Source, number: u64) -> Flow {
    Flow { source, conn: Some(ConnId::new(1, number)) }
}

/// Puts so many of a flow into it.
fn fill(queue: &mut FairQueue<Item>, flow: Flow, count: u32) {
    for number in 0..count {
        queue.push(Item(flow, number)).expect("there is room");
    }
}

/// The flows of the next items.
fn flows(queue: &mut FairQueue<Item>, count: usize) -> Vec<Flow> {
    (0..count).map(|_| queue.pop().expect("something waits").0).collect()
}

#[test]
fn connections_take_turns_whatever_each_has_waiting() {
    let mut queue = queue();
    let [a, b, c] = [1, 2, 3].map(|number| conn(address(1), number));
    fill(&mut queue, a, 1000);
    fill(&mut queue, b, 2);
    fill(&mut queue, c, 1);
    assert_eq!(flows(&mut queue, 8), [a, b, c, a, b, a, a, a]);
}

#[test]
fn an_address_with_a_thousand_connections_gets_no_more_than_one_with_one() {
    let mut queue = queue();
    for number in 0..1000 {
        fill(&mut queue, conn(address(1), number), 1);
    }
    let one = conn(address(2), 5000);
    fill(&mut queue, one, 100);
    let served = flows(&mut queue, 200);
    assert_eq!(served.iter().filter(|flow| **flow == one).count(), 100);
}

#[test]
fn what_comes_while_an_item_runs_is_ahead_of_the_next_one_of_its_flow() {
    let mut queue = queue();
    let (flood, other) = (conn(address(1), 1), conn(address(1), 2));
    fill(&mut queue, flood, 10);
    assert_eq!(flows(&mut queue, 3), [flood; 3]);
    fill(&mut queue, other, 1);
    fill(&mut queue, address(2).alone(), 1);
    // Its own answer may be what a connection waits for to send the next one: that has no advantage either.
    fill(&mut queue, flood, 1);
    assert_eq!(flows(&mut queue, 3), [address(2).alone(), other, flood]);
}

#[test]
fn a_connection_that_sends_one_at_a_time_does_not_keep_its_place() {
    let mut queue = queue();
    let (one, other) = (conn(address(1), 1), conn(address(1), 2));
    fill(&mut queue, one, 1);
    assert_eq!(flows(&mut queue, 1), [one]);
    fill(&mut queue, one, 1);
    fill(&mut queue, other, 1);
    assert_eq!(flows(&mut queue, 2), [other, one]);
}

#[test]
fn what_comes_alone_takes_turns_with_connections_and_keeps_its_order() {
    let mut queue = queue();
    let (alone, flood) = (address(1).alone(), conn(address(1), 1));
    fill(&mut queue, flood, 100);
    fill(&mut queue, alone, 3);
    let served: Vec<_> = (0..5).map(|_| queue.pop().expect("something waits")).collect();
    assert_eq!(served, [Item(flood, 0), Item(alone, 0), Item(alone, 1), Item(alone, 2), Item(flood, 1)]);
}

#[test]
fn one_flow_may_have_ten_thousand_waiting_and_leaves_room_for_the_others() {
    for flow in [conn(address(1), 1), conn(Source::Process, 1), Source::Process.alone()] {
        let mut queue = queue();
        fill(&mut queue, flow, 10_000);
        assert_eq!(queue.push(Item(flow, 0)), Err(Item(flow, 0)));
        // Each of the others may have some, of its address and of others.
        for other in [conn(flow.source, 2), conn(address(2), 3), address(3).alone()] {
            fill(&mut queue, other, 100);
        }
        queue.push_always(Item(flow, 0));
        assert!(queue.push(Item(flow, 0)).is_err());
        // There is room again once some of it is served.
        while queue.pop().is_some() {}
        fill(&mut queue, flow, 10_000);
    }
}

#[test]
fn however_many_have_filled_it_the_next_one_finds_room() {
    let mut queue = queue();
    for round in 0..10_000 {
        let before = queue.items.len();
        for number in 0..1000 {
            let _ = queue.push(Item(conn(address(1), number), round));
        }
        for last in 2..=255 {
            let _ = queue.push(Item(conn(address(last), 1000 + u64::from(last)), round));
        }
        if queue.items.len() == before {
            break;
        }
    }
    fill(&mut queue, conn(address(1), 5000), 1);
    fill(&mut queue, Source::Process.alone(), 1);
    fill(&mut queue, address(1).alone(), 1);
    assert!(queue.items.len() <= FairQueue::<Item>::CAPACITY + 1000);
}

#[test]
fn a_connection_with_reads_enough_under_way_waits_until_one_ends() {
    let mut queue = queue();
    let (reader, other) = (conn(address(1), 1), conn(address(1), 2));
    fill(&mut queue, reader, 4);
    for _ in 0..2 {
        assert_eq!(flows(&mut queue, 1), [reader]);
        assert!(queue.begin_read(reader, true));
    }
    assert_eq!(queue.pop(), None, "two are under way");
    assert!(!queue.is_empty());
    assert!(!queue.begin_read(reader, false));
    fill(&mut queue, other, 2);
    assert_eq!(flows(&mut queue, 2), [other; 2], "others go on");
    assert_eq!(queue.pop(), None);
    assert!(queue.end_read(reader), "the next one may be served");
    assert_eq!(queue.pop(), Some(Item(reader, 2)));
    assert!(!queue.end_read(reader), "it was served last, and whoever reads asks again");
    assert_eq!(queue.pop(), Some(Item(reader, 3)));
}

#[test]
fn an_address_with_reads_enough_under_way_waits_and_this_process_never_does() {
    let mut queue = queue();
    for number in 0..3 {
        assert!(queue.begin_read(conn(address(1), number), false));
    }
    assert!(!queue.begin_read(conn(address(1), 3), false));
    assert!(!queue.begin_read(address(1).alone(), false));
    fill(&mut queue, address(1).alone(), 1);
    assert_eq!(queue.pop(), None);
    assert!(queue.begin_read(address(2).alone(), false));
    for number in 0..3 {
        assert!(queue.begin_read(conn(Source::Unknown, number), false), "nobody knows whose they are");
        for _ in 0..100 {
            assert!(queue.begin_read(conn(Source::Process, number), false));
        }
    }
    assert!(queue.end_read(conn(address(1), 0)));
    assert_eq!(flows(&mut queue, 1), [address(1).alone()]);
}

#[test]
fn all_that_waits_can_be_taken_out_in_order_with_what_waits_for_reads() {
    let mut queue = queue();
    let (reader, other) = (conn(address(1), 1), conn(address(2), 2));
    fill(&mut queue, reader, 5);
    fill(&mut queue, other, 2);
    for _ in 0..2 {
        queue.begin_read(reader, true);
    }
    let left = queue.drain();
    for (flow, count) in [(reader, 5), (other, 2)] {
        let of_flow = left.iter().filter(|item| item.0 == flow).map(|item| item.1);
        assert_eq!(of_flow.collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
    }
    assert_eq!(queue.pop(), None);
    queue.end_read(reader);
    queue.end_read(reader);
}

#[test]
fn an_empty_one_remembers_nobody_and_keeps_no_room() {
    let mut queue = queue();
    for number in 0..5000 {
        fill(&mut queue, conn(address((number % 200) as u8), number), 1);
    }
    while queue.pop().is_some() {}
    let (conns, sources) = (&queue.conns, &queue.sources);
    assert_eq!((queue.items.capacity(), queue.ready.capacity()), (0, 0));
    assert_eq!((conns.room(), sources.room()), (0, 0));
}

#[derive(Debug, Clone)]
enum Step {
    Push(Flow),
    Pop { reads: bool },
    EndRead(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let source = prop_oneof![Just(Source::Process), Just(Source::Unknown), (1..4_u8).prop_map(address)];
    let flow = (source, 0..4_u64).prop_map(|(source, number)| {
        let place = match source {
            Source::Process => 0,
            Source::Unknown => 10,
            Source::Address(IpAddr::V4(address)) => 10 * (1 + u64::from(address.octets()[3])),
            Source::Address(_) => unreachable!(),
        };
        // Zero: alone. The others are of this source alone.
        if number == 0 { source.alone() } else { conn(source, place + number) }
    });
    let step = prop_oneof![
        4 => flow.prop_map(Step::Push),
        4 => any::<bool>().prop_map(|reads| Step::Pop { reads }),
        1 => any::<usize>().prop_map(Step::EndRead),
    ];
    vec(step, 0..300)
}

proptest! {
    /// Whatever happens: nothing is lost, flows keep their order, nobody is overtaken twice by the same, and nothing that may
    /// be served is not.
    #[test]
    fn it_is_in_order_and_fair(steps in steps()) {
        let mut queue = queue();
        let mut sent: HashMap<String, u32> = HashMap::new();
        let mut got: HashMap<String, u32> = HashMap::new();
        let mut reads: Vec<Flow> = Vec::new();
        // For each item that is the first of its flow: who was served since.
        let mut since: HashMap<String, (Flow, Vec<Flow>)> = HashMap::new();
        let name = |flow: Flow| format!("{flow:?}");
        for step in steps {
            match step {
                Step::Push(flow) => {
                    let number = sent.entry(name(flow)).or_default();
                    queue.push(Item(flow, *number)).unwrap();
                    *number += 1;
                    if flow.conn.is_some() {
                        since.entry(name(flow)).or_insert((flow, Vec::new()));
                    }
                }
                Step::Pop { reads: is_read } => {
                    let peeked = queue.peek().copied();
                    let item = queue.pop();
                    prop_assert_eq!(peeked, item);
                    let Some(Item(flow, number)) = item else {
                        let waits = |flow: &Flow| sent.get(&name(*flow)) > got.get(&name(*flow));
                        let is_held = |flow: Flow| {
                            let of_source = reads.iter().filter(|read| read.source == flow.source).count();
                            let of_conn = reads.iter().filter(|read| **read == flow).count();
                            of_source >= queue.bounds.of_source(flow.source) as usize || of_conn >= 2
                        };
                        for (flow, _) in since.values().filter(|(flow, _)| waits(flow)) {
                            prop_assert!(is_held(*flow), "{flow:?} waits for nothing");
                        }
                        continue;
                    };
                    let next = got.entry(name(flow)).or_default();
                    prop_assert_eq!(*next, number, "in the order sent");
                    *next += 1;
                    if let Some((_, before)) = since.remove(&name(flow)) {
                        if reads.is_empty() {
                            for other in before.iter().filter(|it| it.source == flow.source) {
                                let turns = before.iter().filter(|flow| *flow == other).count();
                                prop_assert!(turns <= 1 || other.conn.is_none(), "{before:?} before {flow:?}");
                            }
                            for source in before.iter().map(|flow| flow.source).filter(|it| *it != flow.source) {
                                let own = before.iter().filter(|before| before.source == flow.source).count();
                                let turns = before.iter().filter(|before| before.source == source).count();
                                prop_assert!(turns <= own + 1, "{before:?} before {flow:?}");
                            }
                        }
                        if sent[&name(flow)] > got[&name(flow)] {
                            since.insert(name(flow), (flow, Vec::new()));
                        }
                    }
                    since.values_mut().filter(|(it, _)| *it != flow).for_each(|(_, before)| before.push(flow));
                    if is_read && flow.source != Source::Process {
                        queue.begin_read(flow, true);
                        reads.push(flow);
                    }
                }
                Step::EndRead(which) if !reads.is_empty() => {
                    queue.end_read(reads.swap_remove(which % reads.len()));
                    // Who was held has waited for others.
                    for (_, before) in since.values_mut() {
                        before.clear();
                    }
                }
                Step::EndRead(_) => {}
            }
        }
        let waiting = queue.items.len();
        prop_assert_eq!(queue.drain().len(), waiting);
    }
}
