// Check that Rust names become names on the wire by a rule, raw ones too, and that each can be overridden.

use callboard::{Event as _, contract::Action as _, prelude::*};

#[derive(Serialize, Deserialize)]
struct HTTPRequest;

#[derive(Serialize, Deserialize)]
struct Moved(u32, u32);

mod other {
    use callboard::prelude::*;

    #[derive(Serialize, Deserialize)]
    pub(crate) struct Said;

    #[derive(Serialize, Deserialize)]
    #[allow(non_camel_case_types)]
    pub(crate) struct r#yield;
}

#[derive(Default, Serialize, Deserialize)]
struct ChatRoom;

#[actor(events(
    HTTPRequest,
    Moved = "player.moved",
    other::Said,
    other::r#yield,
    String = "line",
    u64,
    std::net::IpAddr
))]
impl ChatRoom {
    #[action]
    fn send_message(&self, user_id: String, r#type: String) {
        drop((user_id, r#type));
    }

    #[action]
    fn r#match(&self) {}

    #[action(name = "chat/leave")]
    fn leave(&self) {}

    #[action]
    fn self_(&self) {}

    #[action]
    fn a(&self) {}
}

fn listen(conn: &ChatRoomConn) {
    conn.on(|line: String| drop(line));
    conn.on(|count: u64| println!("{count}"));
    conn.on(|address: std::net::IpAddr| println!("{address}"));
}

async fn call(conn: &ChatRoomConn) {
    let _ = conn.send_message(String::new(), String::new()).await;
    let _ = conn.r#match().await;
    let _ = (ChatRoomAction::Match {}, ChatRoomAction::Self_ {}, ChatRoomAction::A {});
}

fn is_line(event: ChatRoomEvent) -> bool {
    matches!(event, ChatRoomEvent::String(_) | ChatRoomEvent::U64(_) | ChatRoomEvent::Yield(_))
}

#[test]
fn runs() {
    let _ = (listen, call, is_line);
    let actions: Vec<_> = ChatRoomAction::TABLE.iter().map(|action| (action.name, action.method)).collect();
    assert_eq!(
        actions,
        [
            ("sendMessage", "send_message"),
            ("match", "match"),
            ("chat/leave", "leave"),
            ("self", "self_"),
            ("a", "a")
        ]
    );
    let args: Vec<_> = ChatRoomAction::TABLE[0].args.iter().map(|arg| (arg.name, arg.ty)).collect();
    assert_eq!(args, [("userId", "String"), ("type", "String")]);
    let events: Vec<_> = ChatRoomEvent::TABLE.iter().map(|event| (event.name, event.payload)).collect();
    assert_eq!(
        events,
        [
            ("httpRequest", "HTTPRequest"),
            ("player.moved", "Moved"),
            ("said", "other::Said"),
            ("yield", "other::r#yield"),
            ("line", "String"),
            ("u64", "u64"),
            ("ipAddr", "std::net::IpAddr"),
        ]
    );
    assert_eq!(ChatRoom::NAME, "chatRoom");
}
