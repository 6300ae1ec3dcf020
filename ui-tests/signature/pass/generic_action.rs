// Check that an action has concrete types, or an enum of them, and that generic helpers do its work.
// The way out of `generic_action` and `impl_trait`.

use callboard::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Value {
    Number(i64),
    Text(String),
}

#[derive(Default, Serialize, Deserialize)]
struct Sheet {
    cells: Vec<Value>,
}

#[actor]
impl Sheet {
    #[action]
    fn push(&mut self, value: Value) -> usize {
        self.cells.push(value);
        self.cells.len()
    }

    #[action]
    fn texts(&self) -> Vec<String> {
        self.each(|value| if let Value::Text(text) = value { Some(text.clone()) } else { None }).collect()
    }

    fn each<'a, T>(&'a self, pick: impl Fn(&'a Value) -> Option<T>) -> impl Iterator<Item = T> {
        self.cells.iter().filter_map(pick)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Sheet>();
    let sheet = registry.client().get_or_create::<Sheet>("budget");
    sheet.push(Value::Text("rent".to_owned())).await?;
    assert_eq!(sheet.push(Value::Number(-900)).await?, 2);
    assert_eq!(sheet.texts().await?, ["rent"]);
    registry.stop().await;
    Ok(())
}
