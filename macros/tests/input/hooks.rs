// Every hook, in one form or another.

#[actor]
impl Game {
    #[on_create]
    async fn create(ctx: &Ctx<Self>, input: NewGame) -> Result<Self, GameError> {
        create(ctx, input).await
    }

    #[on_migrate]
    fn migrate(old: OldGame) -> Self {
        old.into()
    }

    #[on_before_connect]
    fn admit(&self) -> Seat {
        Seat::default()
    }

    #[on_connect]
    async fn joined(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> Result<(), GameError> {
        joined(ctx, conn).await
    }

    #[on_disconnect]
    fn left(&mut self, conn: &Conn<Self>) {
        self.leave(conn);
    }

    #[on_wake]
    async fn wake(&mut self) {}

    #[on_sleep]
    fn sleep(&mut self, ctx: &Ctx<Self>) -> anyhow::Result<()> {
        Ok(())
    }

    #[on_destroy]
    async fn destroy(&self) {}

    #[on_state_change]
    fn changed(&self, ctx: &Ctx<Self>) {}

    #[run]
    async fn tick(ctx: Ctx<Self>) -> Result<(), GameError> {
        tick(ctx).await
    }
    #[on_request]
    async fn serve(&mut self, ctx: &Ctx<Self>, request: http::Request<Body>) -> Result<Response, GameError> {
        serve(ctx, request).await
    }

    #[on_websocket]
    async fn socket(ctx: Ctx<Self>, socket: RawSocket) -> Result<(), GameError> {
        carry(ctx, socket).await
    }
}
