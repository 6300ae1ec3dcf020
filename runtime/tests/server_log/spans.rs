//! What is in which span, and the page that lists them.

use super::*;

#[tokio::test]
async fn what_an_actor_publishes_is_traced_within_its_action() {
    let server = bell().await;
    let path = format!("/gateway/bell/connect?{}", query("publisher"));
    let (mut socket, _) = server.open(&path, "rivet, rivet_encoding.json").await;
    let init = next_json(&mut socket).await;
    let conn = init["body"]["val"]["connectionId"].as_str().unwrap().to_owned();
    let subscribe =
        callboard::wire::ToServer::SubscriptionRequest { event: "rung".to_owned(), subscribe: true };
    socket.send(Message::text(subscribe.encode(Encoding::Json).unwrap())).await.unwrap();
    for (id, action) in [(1, "ring"), (2, "ringForMe")] {
        socket.send(call(id, action, "[]")).await.unwrap();
        // The event, and the answer.
        next(&mut socket).await;
        next(&mut socket).await;
    }
    let published = |action: &'static str| {
        log().line(|line| {
            line.target == "callboard::event"
                && line.of_span("action", "key") == Some("publisher")
                && line.of_span("action", "action") == Some(action)
        })
    };
    for (action, to) in [("ring", None), ("ringForMe", Some(conn.as_str()))] {
        let line = published(action);
        assert_eq!(
            (line.level, line.field("actor"), line.field("event")),
            (Level::TRACE, Some("bell"), Some("rung"))
        );
        assert_eq!((line.field("audience"), line.field("conn")), (Some("1"), to));
        assert!(line.span("call").is_some() && line.span("request").is_some());
    }
}

#[tokio::test]
async fn the_page_lists_each_span_with_its_fields_and_no_other() {
    log();
    everything().await;
    let page = include_str!("../../src/docs/observability.md");
    let (_, spans) = page.split_once("## Spans").unwrap();
    let spans = spans.split_once("## ").unwrap().0;
    let names =
        |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let listed: BTreeMap<_, _> = spans
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            ((cells[1].replace('`', ""), cells[2].replace('`', "")), names(cells[4]))
        })
        .collect();
    let there: BTreeMap<_, _> = log()
        .spans()
        .into_iter()
        .filter(|((_, target), _)| target.starts_with("callboard"))
        .map(|((name, target), fields)| {
            ((name.to_owned(), target.to_owned()), fields.into_iter().map(str::to_owned).collect())
        })
        .collect();
    assert_eq!(listed, there);
}

/// Does a bit of everything, so that each span there is has been.
async fn everything() {
    let store = FaultyStore::new(MemoryStore::new());
    let server = Server::host(Registry::new().store(store.clone()).register::<Bell>()).await;
    let (mut socket, _) = server.open(&format!("/gateway/bell/connect?{}", query("all")), "rivet").await;
    next(&mut socket).await;
    socket.send(call(1, "ring", "[]")).await.unwrap();
    next(&mut socket).await;
    store.fail_batches(1);
    socket.send(call(2, "ring", "[]")).await.unwrap();
    next(&mut socket).await;
    let request = format!("POST /gateway/bell/queue/job?{}", query("all"));
    assert_eq!(server.http(&request, &[], br#"{"body":{"name":"polish"}}"#).await.status, 200);
}
