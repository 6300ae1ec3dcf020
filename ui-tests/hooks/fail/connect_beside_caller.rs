// Check that a caller which an `#[on_before_connect]` without `self` does not borrow, or borrows to write it, is told how.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter;

#[actor]
impl Counter {
    #[on_before_connect]
    fn check(_caller: &mut Caller) {}
}

#[derive(Default, Serialize, Deserialize)]
struct Stopwatch;

#[actor]
impl Stopwatch {
    #[on_before_connect]
    fn check(_caller: Caller, _name: String) {}
}

#[derive(Default, Serialize, Deserialize)]
struct Calendar;

#[actor]
impl Calendar {
    #[on_before_connect]
    fn check(_name: String, _caller: callboard::Caller) {}
}

fn main() {}
