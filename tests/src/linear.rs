//! Is a history linearizable? The search of Wing and Gong, with Lowe's memory of what was tried already.

use std::{collections::HashMap, fmt::Debug, hash::Hash};

/// What the calls of a history are to be equal to: one after the other, at once.
pub trait Model {
    type State: Clone + Eq + Hash + Default;
    type Op: Clone + Debug;
    type Answer: PartialEq + Debug;

    /// What the operation does and answers.
    fn step(state: &mut Self::State, op: &Self::Op) -> Self::Answer;
}

/// One call.
#[derive(Debug, Clone)]
pub struct Event<Op, Answer> {
    pub op: Op,
    /// When it was made, by a clock that all callers share.
    pub called: u64,
    /// When it was answered, and what. `None`: with an error that does not say whether it took effect, so it may have,
    /// then or later.
    pub answered: Option<(u64, Answer)>,
}

/// Whether the calls can be put in an order in which each takes effect at once, between its call and its answer, and
/// is answered as the model says.
pub fn is_linearizable<M: Model>(history: &[Event<M::Op, M::Answer>]) -> bool {
    let mut history: Vec<_> = history.iter().collect();
    history.sort_by_key(|event| event.called);
    let words = history.len().div_ceil(64);
    let mut search =
        Search::<M> { history: &history, done: vec![0; words].into(), tried: HashMap::new(), ways: 0 };
    search.go_on(&M::State::default())
}

/// How many ways into a history are tried before it is given up: so many take seconds.
const MANY: usize = 2_000_000;

type Done = Box<[u64]>;

struct Search<'a, M: Model> {
    /// In the order of their calls.
    history: &'a [&'a Event<M::Op, M::Answer>],
    /// Those that have taken effect, a bit each.
    done: Done,
    /// From where it did not go on: by the answered calls that were done, and the state, which others were.
    tried: HashMap<(Done, M::State), Vec<Done>>,
    ways: usize,
}

impl<M: Model> Search<'_, M> {
    /// Whether the rest fits after what is done and has led to this state.
    fn go_on(&mut self, state: &M::State) -> bool {
        let rest = |search: &Self, n: &usize| search.done[n / 64] & (1 << (n % 64)) == 0;
        // Nothing takes effect after the answer of a call that has not yet.
        let answered = (0..self.history.len()).filter(|n| rest(self, n));
        let Some(deadline) =
            answered.filter_map(|n| self.history[n].answered.as_ref().map(|(at, _)| *at)).min()
        else {
            // Whatever is left may never take effect.
            return true;
        };
        if self.was_tried(state) {
            return false;
        }
        self.ways += 1;
        assert!(self.ways < MANY, "too many calls without an answer beside each other to decide");
        let may_be_next = (0..self.history.len()).take_while(|n| self.history[*n].called <= deadline);
        let mut may_be_next: Vec<_> = may_be_next.filter(|n| rest(self, n)).collect();
        // Those without an answer last: most of them need not have taken effect.
        may_be_next.sort_by_key(|n| self.history[*n].answered.as_ref().map_or(u64::MAX, |(at, _)| *at));
        may_be_next.into_iter().any(|n| self.go_on_with(n, state))
    }

    /// Whether it was tried to go on from here, with as many calls without an answer left or more; and notes it.
    fn was_tried(&mut self, state: &M::State) -> bool {
        let (mut answered, mut unanswered) = (self.done.clone(), self.done.clone());
        for (n, event) in self.history.iter().enumerate() {
            let of_the_others = if event.answered.is_some() { &mut unanswered } else { &mut answered };
            of_the_others[n / 64] &= !(1 << (n % 64));
        }
        let tried = self.tried.entry((answered, state.clone())).or_default();
        let is_part = |part: &Done| part.iter().zip(&unanswered).all(|(part, whole)| part & !whole == 0);
        let known = tried.iter().any(is_part);
        if !known {
            tried.push(unanswered);
        }
        known
    }

    /// Whether this one can be next.
    fn go_on_with(&mut self, n: usize, state: &M::State) -> bool {
        let event = self.history[n];
        let mut next = state.clone();
        let answer = M::step(&mut next, &event.op);
        let fits = match &event.answered {
            Some((_, answered)) => *answered == answer,
            None => next != *state,
        };
        if !fits {
            return false;
        }
        self.done[n / 64] |= 1 << (n % 64);
        let found = self.go_on(&next);
        self.done[n / 64] &= !(1 << (n % 64));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Register;

    #[derive(Debug, Clone)]
    enum Op {
        Read,
        Write(u64),
    }
    use Op::{Read, Write};

    impl Model for Register {
        type State = u64;
        type Op = Op;
        type Answer = u64;

        fn step(state: &mut u64, op: &Op) -> u64 {
            if let Write(value) = op {
                *state = *value;
            }
            *state
        }
    }

    /// What is called, when, and when it is answered with what.
    type Call = (Op, u64, Option<(u64, u64)>);

    fn fits(history: &[Call]) -> bool {
        let event =
            |(op, called, answered): &Call| Event { op: op.clone(), called: *called, answered: *answered };
        is_linearizable::<Register>(&history.iter().map(event).collect::<Vec<_>>())
    }

    #[test]
    fn calls_beside_each_other_may_take_effect_in_any_order() {
        assert!(fits(&[(Write(1), 0, Some((9, 1))), (Read, 1, Some((2, 0))), (Read, 3, Some((4, 1)))]));
        assert!(fits(&[(Write(1), 0, Some((9, 1))), (Write(2), 0, Some((9, 2))), (Read, 10, Some((11, 1)))]));
    }

    #[test]
    fn a_stale_read_is_found() {
        assert!(!fits(&[(Write(1), 0, Some((1, 1))), (Read, 2, Some((3, 0)))]));
        // Once a read has seen it, a later one must.
        assert!(!fits(&[(Write(1), 0, Some((9, 1))), (Read, 1, Some((2, 1))), (Read, 3, Some((4, 0)))]));
    }

    #[test]
    fn a_value_of_nowhere_is_found() {
        assert!(!fits(&[(Write(1), 0, Some((1, 1))), (Read, 2, Some((3, 2)))]));
    }

    #[test]
    fn a_call_without_an_answer_takes_effect_once_or_never_but_not_before_it_is_made() {
        let read = |at, value| (Read, at, Some((at + 1, value)));
        assert!(fits(&[(Write(1), 0, None), read(2, 0)]));
        assert!(fits(&[(Write(1), 0, None), read(2, 0), read(4, 1)]));
        assert!(!fits(&[(Write(1), 0, None), read(2, 1), read(4, 0)]));
        assert!(!fits(&[read(0, 1), (Write(1), 5, None)]));
    }
}
