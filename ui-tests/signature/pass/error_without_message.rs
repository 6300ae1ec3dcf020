// Check that an action returns an error with a message: clients see one that derives `ActorError`, of another they see
// `internal_error`.

use callboard::prelude::*;

#[derive(Debug, PartialEq, thiserror::Error, ActorError)]
#[error("{0} has voted")]
struct VotedBefore(String);

#[derive(Debug, thiserror::Error)]
#[error("the box is at the back door")]
struct BoxStolen;

#[derive(Default, Serialize, Deserialize)]
struct Ballot {
    voters: Vec<String>,
}

#[actor]
impl Ballot {
    #[action]
    fn vote(&mut self, name: String) -> Result<usize, VotedBefore> {
        if self.voters.contains(&name) {
            return Err(VotedBefore(name));
        }
        self.voters.push(name);
        Ok(self.voters.len())
    }

    #[action]
    fn count(&self) -> Result<usize, BoxStolen> {
        Err(BoxStolen)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Ballot>();
    let ballot = registry.client().get_or_create::<Ballot>("mayor");
    assert_eq!(ballot.vote("lea".to_owned()).await?, 1);
    let again = ballot.vote("lea".to_owned()).await.err().and_then(CallError::action);
    assert_eq!(again, Some(VotedBefore("lea".to_owned())));
    let stolen = ballot.count().await.expect_err("it is gone");
    assert_eq!(stolen.fault().map(Fault::code), Some("internal_error"));
    registry.stop().await;
    Ok(())
}
