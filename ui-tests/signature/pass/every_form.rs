// Check that every form of an action compiles.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn read(&self) -> u64 {
        self.total
    }

    #[action]
    async fn read_async(&self, ctx: &Ctx<Self>) -> Result<u64, CallError> {
        let _ = ctx.id();
        Ok(self.total)
    }

    #[action]
    fn write(self: &mut Self, mut amount: u64) -> Self {
        amount += 1;
        self.total += amount;
        Self { total: self.total }
    }

    #[action]
    async fn write_async(
        &mut self,
        ctx: &Ctx<Counter>,
        conn: &Conn<Self>,
        to: ConnId,
    ) -> callboard::Result<Vec<Self>> {
        let _ = (ctx.id(), conn.id() == to);
        Ok(Vec::new())
    }

    #[action]
    fn with_conn(&self, conn: &callboard::Conn<Self>) -> Option<Option<Box<(ConnId, [u8; 2])>>> {
        Some(Some(Box::new((conn.id(), [0; 2]))))
    }

    #[action]
    fn patterns(&self, _: String, _unused: u64, _type: u64, unused: u64) -> (u64, u64) {
        (unused, 0)
    }

    #[action]
    fn map(&self, map: std::collections::HashMap<String, Option<Counter>>) -> std::io::Result<()> {
        drop(map);
        Ok(())
    }

    #[action]
    fn text(&self, text: std::borrow::Cow<'static, str>) -> std::borrow::Cow<'static, str> {
        text
    }

    #[action]
    fn none(&self) {}

    #[action]
    fn sum_1(&self, a0: u32) -> u32 {
        a0
    }

    #[action]
    fn sum_2(&self, a0: u32, a1: u32) -> u32 {
        a0 + a1
    }

    #[action]
    fn sum_3(&self, a0: u32, a1: u32, a2: u32) -> u32 {
        a0 + a1 + a2
    }

    #[action]
    fn sum_7(&self, a0: u32, a1: u32, a2: u32, a3: u32, a4: u32, a5: u32, a6: u32) -> u32 {
        a0 + a1 + a2 + a3 + a4 + a5 + a6
    }

    #[action]
    fn sum_12(
        &self,
        a0: u32,
        a1: u32,
        a2: u32,
        a3: u32,
        a4: u32,
        a5: u32,
        a6: u32,
        a7: u32,
        a8: u32,
        a9: u32,
        a10: u32,
        a11: u32,
    ) -> u32 {
        a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11
    }
}

async fn call(conn: CounterConn) {
    let _: u64 = conn.read().await.unwrap();
    let _: Counter = conn.write(1).await.unwrap();
    let _ = conn.write_async(conn.id().unwrap()).await.unwrap();
    let _: (u64, u64) = conn.patterns(String::new(), 1, 2, 3).await.unwrap();
    let _: u32 = conn.sum_12(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).await.unwrap();
    let _ = CounterAction::Patterns { arg1: String::new(), unused: 1, r#type: 2, unused_: 3 };
}

#[tokio::test]
async fn runs() {
    let registry = Registry::new().in_memory().register::<Counter>();
    let conn = registry.client().get_or_create::<Counter>("one").connect();
    conn.opened().await.unwrap();
    call(conn).await;
    registry.stop().await;
}
