// The four ways to borrow the actor, with and without the context and the calling connection.

#[actor]
impl Door {
    #[action]
    fn is_open(&self) -> bool {
        self.open
    }

    #[action]
    async fn look(&self, ctx: &Ctx<Self>) -> String {
        look(ctx).await
    }

    #[action]
    fn open(&mut self, conn: &Conn<Self>, force: f64) {
        self.open = force > 1.0;
    }

    #[action]
    async fn close(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        close(ctx, conn).await;
    }
}
