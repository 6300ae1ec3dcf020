// Check that an action, spelt so, borrows its actor, to read or to write, and is safe to call.
// The way out of `attribute_typo`, `no_self`, `self_by_value` and `unsafe_action`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Notebook {
    lines: Vec<String>,
}

#[actor]
impl Notebook {
    #[action]
    fn greet(&self, name: String) -> String {
        Self::greeting(&name, self.lines.len())
    }

    #[action]
    fn finish(&mut self) -> String {
        std::mem::take(&mut self.lines).join(" ")
    }

    #[action]
    fn append(&mut self, bytes: Vec<u8>) -> bool {
        let text = String::from_utf8(bytes);
        self.lines.extend(text.as_ref().ok().cloned());
        text.is_ok()
    }

    fn greeting(name: &str, lines: usize) -> String {
        format!("hello {name}, {lines} lines")
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Notebook>();
    let notebook = registry.client().get_or_create::<Notebook>("red");
    assert!(notebook.append(b"once".to_vec()).await? && notebook.append(b"more".to_vec()).await?);
    assert!(!notebook.append(vec![0xff]).await?);
    assert_eq!(notebook.greet("kim".to_owned()).await?, "hello kim, 2 lines");
    assert_eq!((notebook.finish().await?, notebook.finish().await?), ("once more".to_owned(), String::new()));
    registry.stop().await;
    Ok(())
}
