#[actor(queues(path::Job -> Result<Done, Failed> = "jobs", #[cfg(feature = "mail")] Mail, Note -> ()))]
impl Worker {
    #[run]
    async fn run(ctx: Ctx<Self>) {}
}
