// Events that not everybody gets.

#[actor(events(Said, Whispered, game::Voted))]
impl Club {
    #[on_subscribe(Whispered, game::Voted)]
    async fn may_hear(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> Result<(), ClubError> {
        may_hear(ctx, conn).await
    }

    #[cfg(feature = "quiet")]
    #[on_subscribe(Said)]
    fn may_listen(&self) -> Result<(), ClubError> {
        Ok(())
    }
}
