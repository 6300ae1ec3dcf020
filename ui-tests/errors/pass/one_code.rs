// Check that an error is an enum, whose codes are its variants' names, or those they are given.
// The way out of `on_a_union`, `one_code` and `unknown_argument`.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
enum LibraryError {
    #[error("no such book")]
    NotFound,
    #[error("no reader of that name")]
    #[actor_error(code = "reader_not_found")]
    Unknown,
    #[error("the catalogue is torn")]
    #[actor_error(internal)]
    Torn,
}

#[derive(Default, Serialize, Deserialize)]
struct Library;

#[actor]
impl Library {
    #[action]
    fn lend(&self, book: String, reader: String) -> Result<(), LibraryError> {
        match (book.as_str(), reader.as_str()) {
            ("", _) => Err(LibraryError::NotFound),
            (_, "") => Err(LibraryError::Unknown),
            _ => Err(LibraryError::Torn),
        }
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Library>();
    let library = registry.client().get_or_create::<Library>("town");
    let mut codes = Vec::new();
    for (book, reader) in [("", "ann"), ("emma", "")] {
        let error = library.lend(book.to_owned(), reader.to_owned()).await.err().and_then(CallError::action);
        codes.extend(error.map(|error| error.code()));
    }
    assert_eq!(codes, ["not_found", "reader_not_found"]);
    let torn = library.lend("emma".to_owned(), "ann".to_owned()).await.expect_err("it fails");
    assert_eq!(torn.fault().map(Fault::code), Some("internal_error"));
    registry.stop().await;
    Ok(())
}
