//! Events.

use callboard_tests::heard;

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Drawn {
    shape: Option<Shape>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Studio {}

#[actor(events(Drawn))]
impl Studio {
    #[action]
    fn draw(&self, ctx: &Ctx<Self>, shape: Option<Shape>) -> bool {
        ctx.broadcast(&Drawn { shape })
    }

    #[action]
    fn draw_huge(&self, ctx: &Ctx<Self>) -> (bool, String) {
        let event = Drawn { shape: Some(Shape::Huge { id: 5 }) };
        let why = ctx.try_broadcast(&event).map_or_else(|error| error.to_string(), |()| String::new());
        (ctx.broadcast(&event), why)
    }

    #[action]
    fn send_huge(&self, conn: &Conn<Self>) -> bool {
        conn.send(&Drawn { shape: Some(Shape::Huge { id: 5 }) })
    }
}

both_worlds!(
    an_event_that_no_listener_could_read_is_an_error_to_its_actor_and_disturbs_nobody,
    Registry::new().in_memory().register::<Studio>(),
    async |world: &World| {
        let conn = world.client.get_or_create::<Studio>("s").connect();
        let (tell, mut heard) = heard::<Drawn>();
        conn.on(move |drawn: Drawn| tell.send(drawn).unwrap_or(()));
        assert!(conn.draw(None).await.unwrap());
        for radius in 0..2 {
            let (sent, why) = conn.draw_huge().await.unwrap();
            assert!(!sent && why.contains("could not be read back") && why.contains("u128"), "{why}");
            assert!(!conn.send_huge().await.unwrap());
            assert!(conn.draw(Some(Shape::Circle { radius })).await.unwrap());
        }
        assert_eq!(heard.next().await, Drawn { shape: None });
        for radius in 0..2 {
            assert_eq!(heard.next().await, Drawn { shape: Some(Shape::Circle { radius }) });
        }
    }
);
