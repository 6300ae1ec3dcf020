// Names on the wire: by the rule, by override, of raw identifiers.

#[actor(name = "lobby", crate = crate::rt, vis = pub(crate), events(Moved = "player.moved", other::Said, String = "line", r#yield))]
impl self::rooms::Lobby {
    #[action(name = "chat/send")]
    fn send_message(&self, r#type: String, _unused: u64) -> Self {
        self.clone()
    }

    #[action]
    fn r#match(&self, _: Vec<Self>, mut by: Option<(Self, [u8; 4])>) {
        by = None;
    }
}
