// Check that a generic type is an actor where it is concrete, and that its other methods stay generic.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Stack<T> {
    items: Vec<T>,
}

impl<T: Clone> Stack<T> {
    fn top(&self) -> Option<T> {
        self.items.last().cloned()
    }
}

type Plates = Stack<String>;

#[actor]
impl Plates {
    #[action]
    fn push(&mut self, plate: String) -> Option<String> {
        let under = self.top();
        self.items.push(plate);
        under
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!(Stack { items: vec![1, 2] }.top(), Some(2));
    let registry = Registry::new().in_memory().register::<Plates>();
    let plates = registry.client().get_or_create::<Plates>("sink");
    assert_eq!(plates.push("soup".to_owned()).await?, None);
    assert_eq!(plates.push("cake".to_owned()).await?.as_deref(), Some("soup"));
    registry.stop().await;
    Ok(())
}
