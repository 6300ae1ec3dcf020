// Check that the caller is borrowed, that a type of the user's with this name is not, and that both go together.

use callboard::prelude::*;

mod own {
    use callboard::prelude::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    pub struct Caller {
        pub number: u64,
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Phone;

#[actor]
impl Phone {
    #[on_before_connect]
    fn check(caller: &Caller, params: own::Caller) -> String {
        format!("{} {}", caller.key(), params.number)
    }

    #[action]
    fn who(&self, conn: &Conn<Self>) -> String {
        conn.state().to_string()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Phone>();
    let phone = registry.client().get_or_create::<Phone>("hall");
    assert_eq!(phone.connect(own::Caller { number: 7 }).who().await?, "hall 7");
    registry.stop().await;
    Ok(())
}
