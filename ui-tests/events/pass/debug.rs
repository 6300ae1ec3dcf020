// Check that an event is shown with its payload, and by its name alone if the payload has no `Debug`.

use callboard::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Moved {
    x: i32,
}

/// Without `Debug`.
#[derive(Clone, Serialize, Deserialize)]
struct Secret {
    text: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Board {}

#[actor(events(Moved, Secret, u8 = "level"))]
impl Board {}

#[test]
fn runs() {
    let shown = |event: BoardEvent| format!("{event:?}");
    assert_eq!(shown(BoardEvent::Moved(Moved { x: -1 })), "Moved(Moved { x: -1 })");
    assert_eq!(shown(BoardEvent::Secret(Secret { text: "psst".to_owned() })), "Secret(..)");
    assert_eq!(shown(BoardEvent::U8(7)), "U8(7)");
}
