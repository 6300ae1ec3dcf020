//! Tests of what an editor gets from the macros: "go to definition" on generated names, and half-typed code.

use proc_macro2::{LineColumn, TokenStream, TokenTree};

use crate::{expand::Parts, expand_actor};

const BOTH: Parts = Parts { client: true, server: true };

const ROOM: &str = "
impl ChatRoom {
    #[on_before_connect]
    fn admit(&self, params: Join) -> Seat { Seat }

    #[action]
    async fn send_message(&mut self, ctx: &Ctx<Self>, user_id: String) -> Result<u64, ChatError> { BODY }

    #[action]
    fn r#match(&self, conn: &Conn<Self>) -> u64 { 0 }
}";

const INTERFACE: &str = "
trait ChatRoom {
    async fn send_message(&mut self, user_id: String) -> Result<u64, ChatError>;

    #[action]
    fn r#match(&self, conn: &Conn<Self>) -> u64;
}";

#[test]
fn every_generated_name_leads_to_what_it_was_made_from() {
    for source in [ROOM, INTERFACE] {
        let expanded = expand(source);
        for (made, from) in [
            ("send_message", "send_message"),
            ("SendMessage", "send_message"),
            ("r#match", "r#match"),
            ("Match", "r#match"),
            ("ChatRoomHandle", "ChatRoom"),
            ("ChatRoomConn", "ChatRoom"),
            ("ChatRoomAction", "ChatRoom"),
            ("ChatRoomReply", "ChatRoom"),
            ("ChatRoomEvent", "ChatRoom"),
            ("ChatRoomListener", "ChatRoom"),
        ] {
            let there = only_place(source, from);
            let places = places(&expanded, made);
            assert!(places.len() > 1, "`{made}` is made");
            assert!(
                places.iter().all(|place| *place == there),
                "`{made}` leads to {places:?}, not {there:?}"
            );
        }
    }
}

#[test]
fn a_half_typed_body_leaves_everything_that_is_generated_as_it_is() {
    let whole = expand(&ROOM.replace("BODY", "Ok(0)")).to_string();
    let generated = after_block(&whole);
    for body in ["self.", "let x = ", "self.messages.iter().map(|message| )", "if", "match x { Some() = }"] {
        let half = expand(&ROOM.replace("BODY", body)).to_string();
        assert!(!half.contains("compile_error"), "`{body}`: {half}");
        assert_eq!(after_block(&half), generated, "`{body}`");
    }
}

#[test]
fn a_half_typed_signature_leaves_the_other_actions_as_they_are() {
    for parameter in ["", "user_id", "user_id:", "user_id: Vec<", "user_id: String,,"] {
        let half = expand(&ROOM.replace("user_id: String", parameter)).to_string();
        assert!(half.contains("Match {"), "`{parameter}`: {half}");
        assert!(half.contains("struct ChatRoomConn"), "`{parameter}`: {half}");
    }
}

fn expand(source: &str) -> TokenStream {
    let item = source.parse().expect("brackets that match");
    expand_actor("events(Said)".parse().expect("tokens"), item, BOTH)
}

/// What is generated after the user's block.
fn after_block(expanded: &str) -> &str {
    let (_, generated) = expanded.split_once("Every action of").expect("the action enum comes first");
    generated
}

/// The position of a name that is in the source once.
fn only_place(source: &str, name: &str) -> LineColumn {
    let tokens: TokenStream = source.parse().expect("brackets that match");
    let places = places(&tokens, name);
    assert_eq!(places.len(), 1, "`{name}`");
    places[0]
}

/// The positions that tokens of this name come from.
fn places(tokens: &TokenStream, name: &str) -> Vec<LineColumn> {
    let places = tokens.clone().into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => places(&group.stream(), name),
        TokenTree::Ident(ident) if ident == name => vec![ident.span().start()],
        _ => vec![],
    });
    places.collect()
}
