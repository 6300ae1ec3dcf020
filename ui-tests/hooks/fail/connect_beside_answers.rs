// Check that an `#[on_before_connect]` without `self` cannot answer yes or no: `false` would let everybody in.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
#[error("not for you")]
struct Refused;

#[derive(Default, Serialize, Deserialize)]
struct Counter;

#[actor]
impl Counter {
    #[on_before_connect]
    fn check(caller: &Caller) -> bool {
        caller.key().to_string() == "ann"
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Stopwatch;

#[actor]
impl Stopwatch {
    #[on_before_connect]
    async fn check(name: String) -> Result<bool, Refused> {
        Ok(name == "ann")
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Calendar;

#[actor]
impl Calendar {
    #[on_before_connect]
    fn check(name: String) -> std::option::Option<String> {
        Some(name).filter(|name| name == "ann")
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Diary;

#[actor]
impl Diary {
    #[on_before_connect]
    fn check(name: String) -> callboard::Result<Option<String>> {
        Ok(Some(name).filter(|name| name == "ann"))
    }
}

/// Beside the form that makes the state, it is said once, too.
#[derive(Default, Serialize, Deserialize)]
struct Album;

#[actor]
impl Album {
    #[on_before_connect]
    fn check(caller: &Caller) -> bool {
        caller.key().to_string() == "ann"
    }

    #[on_before_connect]
    fn admit(&self) -> String {
        String::new()
    }
}

macro_rules! answering {
    ($actor:ident, $answer:ty) => {
        #[derive(Default, Serialize, Deserialize)]
        struct $actor;

        #[actor]
        impl $actor {
            #[on_before_connect]
            fn check(caller: &Caller) -> $answer {
                caller.key().to_string() == "ann"
            }
        }
    };
}

answering!(Archive, bool);

fn main() {}
