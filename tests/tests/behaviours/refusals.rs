//! Subscriptions that are refused: by `#[on_subscribe]`, or because there are too many. That listener hears of it, and
//! nobody else.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{future::pending, time::Duration};

use callboard::{Limits, Registry, client::Refusal, prelude::*};
use callboard_tests::{
    Heard, World, both_worlds, gate, heard, in_time, javascript::node, pass_s, paused_world, release,
};
use tokio::time::Instant;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    text: String,
}

/// For members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Whispered(String);

/// For the chair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Voted;

/// For everybody, as [`Said`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cleared;

/// For whoever the gate lets in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Opened(u32);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ActorError)]
enum ClubError {
    #[error("{name} is no member")]
    NoMember { name: String },
}

/// Lets some hear more than others.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Club {
    members: Vec<String>,
    asked: u32,
}

#[actor(events(Said, Whispered, Voted, Opened, Cleared), sleep_timeout = "10s", hibernate)]
impl Club {
    #[on_before_connect]
    fn admit(&self, name: String) -> String {
        name
    }

    #[on_subscribe(Whispered)]
    fn may_hear(&mut self, conn: &Conn<Self>) -> Result<(), ClubError> {
        self.asked += 1;
        let name = conn.state().to_string();
        if self.members.contains(&name) { Ok(()) } else { Err(ClubError::NoMember { name }) }
    }

    #[on_subscribe(Voted, Opened)]
    async fn may_count(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> callboard::Result<()> {
        match conn.state().as_str() {
            "chair" => Ok(()),
            "late" => {
                gate(&ctx.key().to_string()).notified().await;
                Ok(())
            }
            "never" => pending().await,
            "panic" => panic!("SECRET: on purpose"),
            _ => Err(callboard::Error::msg("SECRET: the list of the chair")),
        }
    }

    #[action]
    fn take_in(&mut self, name: String) {
        self.members.push(name);
    }

    #[action]
    fn throw_out(&mut self, name: String) {
        self.members.retain(|member| *member != name);
    }

    /// Everything at once.
    #[action]
    fn speak(&self, ctx: &Ctx<Self>, text: String) {
        ctx.broadcast(&Whispered(text.clone()));
        ctx.broadcast(&Voted);
        ctx.broadcast(&Opened(1));
        ctx.broadcast(&Said { text });
    }

    #[action]
    fn whisper_to_all(&self, ctx: &Ctx<Self>, text: String) -> usize {
        ctx.conns().send(&Whispered(text))
    }

    #[action]
    fn kick_all(&self, ctx: &Ctx<Self>) {
        ctx.conns().for_each(|conn| conn.disconnect("kicked"));
    }

    #[action]
    async fn wait(&self, name: String) -> String {
        gate(&name).notified().await;
        name
    }

    #[action]
    fn count_asked(&self) -> u32 {
        self.asked
    }
}

fn registry() -> Registry {
    Registry::new().in_memory().register::<Club>()
}

fn club(world: &World, key: &str) -> ClubHandle {
    world.client.get_or_create::<Club>(key).with_params("caller".to_owned()).unwrap()
}

fn whispers(conn: &ClubConn) -> (Subscription, Heard<String>) {
    let (tell, heard) = heard();
    let subscription = conn.on(move |whispered: Whispered| tell.send(whispered.0).unwrap_or(()));
    (subscription, heard)
}

fn said(conn: &ClubConn) -> Heard<String> {
    let (tell, heard) = heard();
    conn.on(move |said: Said| tell.send(said.text).unwrap_or(()));
    heard
}

fn errors(conn: &ClubConn) -> Heard<String> {
    let (tell, heard) = heard();
    conn.on_error(move |error| tell.send(error.to_string()).unwrap_or(()));
    heard
}

fn no_member(refusal: Option<Refusal>) -> String {
    let refusal = refusal.unwrap();
    assert_eq!(refusal.event(), "whispered");
    let ClubError::NoMember { name } = refusal.declared().unwrap();
    name
}

both_worlds!(
    a_refused_subscription_reaches_that_listener_alone_with_the_declared_error,
    registry(),
    async |world: &World| {
        let conn = club(world, "alone").connect("guest".to_owned());
        let (mut said, mut errors) = (said(&conn), errors(&conn));
        conn.opened().await.unwrap();
        let id = conn.id();
        let (subscription, mut whispers) = whispers(&conn);
        // A call is under way meanwhile.
        let (refusal, call) = tokio::join!(subscription.refused(), conn.speak("hello".into()));
        assert_eq!((no_member(refusal), call.unwrap()), ("guest".to_owned(), ()));
        assert_eq!(errors.next().await, "event `whispered` is refused: guest is no member (user.no_member)");
        // The other listener and the connection itself know nothing of it.
        assert_eq!(said.next().await, "hello");
        assert_eq!((conn.id(), whispers.so_far(), errors.so_far()), (id, vec![], vec![]));
    }
);

both_worlds!(l22_who_is_let_in_hears_the_event_from_the_next_call_on, registry(), async |world: &World| {
    let club = club(world, "in");
    club.take_in("ann".into()).await.unwrap();
    let (member, guest) = (club.connect("ann".into()), club.connect("bob".into()));
    for text in ["opening", "open"] {
        let ((_, mut hears), (_, mut hears_not)) = (whispers(&member), whispers(&guest));
        guest.speak("before".into()).await.unwrap();
        member.speak(text.into()).await.unwrap();
        assert_eq!(hears.so_far().last().unwrap(), text);
        guest.speak("after".into()).await.unwrap();
        assert_eq!(hears_not.so_far(), Vec::<String>::new());
    }
});

both_worlds!(
    an_error_that_nobody_declared_and_a_panic_refuse_and_say_nothing,
    registry(),
    async |world: &World| {
        for who in ["guest", "panic"] {
            callboard_tests::quiet_panics();
            let conn = club(world, "silent").connect(who.to_owned());
            let refusal = conn.on(|_: Voted| {}).refused().await.unwrap();
            assert!(refusal.fault().is("rivetkit", "internal_error"), "{refusal}");
            assert!(!format!("{refusal:?}").contains("SECRET"), "{refusal:?}");
            assert_eq!(refusal.declared::<ClubError>(), None);
            conn.speak("still here".into()).await.unwrap();
        }
    }
);

both_worlds!(
    a_stream_of_all_events_goes_on_without_those_that_are_refused,
    registry(),
    async |world: &World| {
        let conn = club(world, "stream").connect("guest".to_owned());
        let mut events = conn.events();
        let mut refused = Vec::new();
        for _ in 0..3 {
            refused.push(events.refused().await.unwrap().event());
        }
        assert_eq!(refused, ["whispered", "voted", "opened"]);
        conn.speak("hello".into()).await.unwrap();
        assert!(matches!(events.next().await.unwrap(), ClubEvent::Said(Said { text }) if text == "hello"));
        let refused = events.refused();
        conn.close().await;
        assert_eq!(refused.await, None, "no more can come");
    }
);

both_worlds!(
    whoever_listens_later_is_asked_about_again_and_so_is_who_comes_back,
    registry(),
    async |world: &World| {
        let club = club(world, "again");
        let conn = club.connect("ann".into());
        let (first, mut first_hears) = whispers(&conn);
        assert_eq!(no_member(first.refused().await), "ann");
        // That others come and go asks nothing.
        conn.on(|_: Said| {}).unsubscribe();
        conn.take_in("ann".into()).await.unwrap();
        assert_eq!(conn.count_asked().await.unwrap(), 1);
        let (_, mut second_hears) = whispers(&conn);
        conn.speak("one".into()).await.unwrap();
        assert_eq!((first_hears.so_far(), second_hears.so_far()), (vec!["one".into()], vec!["one".into()]));

        conn.throw_out("ann".into()).await.unwrap();
        club.kick_all().await.unwrap();
        assert_eq!(no_member(first.refused().await), "ann", "a reconnect asks again");
        conn.speak("two".into()).await.unwrap();
        assert_eq!((first_hears.so_far(), conn.count_asked().await.unwrap()), (vec![], 3));
    }
);

both_worlds!(who_stops_listening_is_not_told_any_more, registry(), async |world: &World| {
    let conn = club(world, "stopped").connect("guest".into());
    let (subscription, _) = whispers(&conn);
    subscription.unsubscribe();
    assert_eq!(subscription.refused().await, None);
    let once = conn.once(|_: Said| {});
    conn.speak("hello".into()).await.unwrap();
    assert_eq!(once.refused().await, None, "it has heard what it wanted");
});

both_worlds!(what_the_actor_sends_to_one_connection_asks_nobody, registry(), async |world: &World| {
    let conn = club(world, "send").connect("guest".into());
    let (subscription, mut whispers) = whispers(&conn);
    subscription.refused().await.unwrap();
    conn.whisper_to_all("for you".into()).await.unwrap();
    assert_eq!(whispers.so_far(), ["for you"], "the actor chose who gets it");
});

paused_world!(
    an_unsubscribe_overtakes_a_question_that_is_not_answered_yet,
    registry(),
    async |world: &World| {
        let club = club(world, "overtaken");
        let conn = club.connect("late".into());
        conn.opened().await.unwrap();
        let (tell, mut opened) = heard();
        let subscription = conn.on(move |opened: Opened| tell.send(opened.0).unwrap_or(()));
        pass_s(1).await;
        subscription.unsubscribe();
        pass_s(1).await;
        release("overtaken");
        pass_s(1).await;
        // Whatever the hook said later, nobody wants it any more: a listener at the wire would hear it.
        let (tell, mut heard_later) = heard();
        let (gone, _) = whispers(&conn);
        gone.refused().await.unwrap();
        club.speak("hello".into()).await.unwrap();
        conn.on(move |opened: Opened| tell.send(opened.0).unwrap_or(()));
        pass_s(1).await;
        assert_eq!((opened.so_far(), heard_later.so_far()), (vec![], vec![]));
        release("overtaken");
        conn.speak("now".into()).await.unwrap();
        assert_eq!(heard_later.so_far(), [1]);
    }
);

paused_world!(a_subscribe_hook_has_5_s, registry(), async |world: &World| {
    let conn = club(world, "slow").connect("never".into());
    conn.opened().await.unwrap();
    let began = Instant::now();
    let refusal = conn.on(|_: Voted| {}).refused().await.unwrap();
    assert!(refusal.fault().is("actor", "action_timed_out"), "{refusal}");
    assert_eq!((began.elapsed() + Duration::from_millis(100)).as_secs(), 5);
    conn.speak("it goes on".into()).await.unwrap();
});

paused_world!(
    a_hibernating_actor_is_woken_for_the_question_and_keeps_the_answer,
    registry(),
    async |world: &World| {
        let club = club(world, "asleep");
        club.take_in("ann".into()).await.unwrap();
        let conn = club.connect("ann".into());
        conn.opened().await.unwrap();
        pass_s(60).await;
        let (_, mut whispers) = whispers(&conn);
        pass_s(60).await;
        club.speak("hello".into()).await.unwrap();
        assert_eq!(whispers.next().await, "hello");
        assert_eq!(club.count_asked().await.unwrap(), 1, "sleep asks nothing again");
    }
);

#[tokio::test]
async fn a_connection_may_listen_to_so_many_events_and_the_next_listener_hears_why_not() {
    let world = World::network(registry().limits(Limits::new().subscriptions(2))).await;
    in_time(async {
        let conn = club(&world, "limit").connect("chair".into());
        let first = conn.on(|_: Voted| {});
        let mut said = said(&conn);
        conn.opened().await.unwrap();
        let call = tokio::spawn({
            let conn = conn.clone();
            async move { conn.wait("limit".into()).await }
        });
        let third = conn.on(|_: Cleared| {});
        let refusal = third.refused().await.unwrap();
        release("limit");
        assert_eq!(call.await.unwrap().unwrap(), "limit", "a call under way goes on");
        assert!(refusal.fault().is("connection", "too_many_subscriptions"), "{refusal}");
        assert_eq!(refusal.event(), "cleared");
        // One that the actor would be asked about.
        let fourth = conn.on(|_: Opened| {}).refused().await.unwrap();
        assert!(fourth.fault().is("connection", "too_many_subscriptions"), "{fourth}");
        conn.speak("hello".into()).await.unwrap();
        assert_eq!(said.so_far(), ["hello"]);
        // There is room again once another one is given up.
        first.unsubscribe();
        third.unsubscribe();
        let (tell, mut opened) = heard();
        conn.on(move |opened: Opened| tell.send(opened.0).unwrap_or(()));
        conn.speak("again".into()).await.unwrap();
        assert_eq!(opened.so_far(), [1]);
    })
    .await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_javascript_client_can_hear_of_refusals_and_need_not() {
    let world = World::network(registry()).await;
    let mut node = node();
    node.arg("refusals.mjs").env("ENDPOINT", world.url.as_ref().unwrap());
    let output = tokio::task::spawn_blocking(move || node.output()).await.unwrap().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "passed\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    world.stop().await;
}
