// Check what an `#[on_before_connect]` without `self` cannot take, and what it cannot be beside the other form.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_before_connect]
    fn check(_ctx: &Ctx<Self>) {}
}

#[derive(Default, Serialize, Deserialize)]
struct Stopwatch;

#[actor]
impl Stopwatch {
    #[on_before_connect]
    fn check(_name: String, _caller: &Caller) {}
}

#[derive(Default, Serialize, Deserialize)]
struct Calendar;

#[actor]
impl Calendar {
    #[on_before_connect]
    fn check(_caller: &Caller, _conn: &Conn<Self>) {}
}

#[derive(Default, Serialize, Deserialize)]
struct Diary;

#[actor]
impl Diary {
    #[on_before_connect]
    fn check(_caller: &Caller, _name: String, _role: String) {}
}

#[derive(Default, Serialize, Deserialize)]
struct Album;

#[actor]
impl Album {
    #[on_before_connect]
    fn admit(&self, _caller: &Caller) {}
}

#[derive(Default, Serialize, Deserialize)]
struct Archive;

#[actor]
impl Archive {
    #[on_before_connect]
    fn check(caller: &Caller) -> String {
        caller.key().to_string()
    }

    #[on_before_connect]
    fn admit(&self) -> String {
        String::new()
    }

    #[on_before_connect]
    fn check_again(_caller: &Caller) {}
}

fn main() {}
