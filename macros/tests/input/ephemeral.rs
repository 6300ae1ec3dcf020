// An actor that is never saved, and so asks nothing of its state.

#[actor(ephemeral)]
impl Cursor {}
