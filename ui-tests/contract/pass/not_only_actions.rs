// Check that a contract has actions of concrete types, and that constants, types and bounds are beside it.
// The way out of `generic` and `not_only_actions`.

use callboard::prelude::*;

pub const LIMIT: usize = 2;

pub type Name = String;

#[actor]
pub trait GuestList {
    fn invite(&mut self, name: Name) -> bool;

    fn all(&self) -> Vec<Name>;
}

trait Describe: Send {
    const KIND: &'static str;
}

#[derive(Default, Serialize, Deserialize)]
struct Party {
    names: Vec<Name>,
}

impl Describe for Party {
    const KIND: &'static str = "party";
}

#[actor]
impl GuestList for Party {
    fn invite(&mut self, name: Name) -> bool {
        let room = self.names.len() < LIMIT;
        if room {
            self.names.push(format!("{} of the {}", name, Self::KIND));
        }
        room
    }

    fn all(&self) -> Vec<Name> {
        self.names.clone()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Party>();
    let list = registry.client().get_or_create::<GuestListContract>("garden");
    let mut invited = Vec::new();
    for name in ["ann", "bo", "cy"] {
        invited.push(list.invite(name.to_owned()).await?);
    }
    assert_eq!(invited, [true, true, false]);
    assert_eq!(list.all().await?, ["ann of the party", "bo of the party"]);
    registry.stop().await;
    Ok(())
}
