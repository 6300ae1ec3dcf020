// An error that is a struct.

#[derive(Debug, thiserror::Error, ActorError)]
#[error("full: {limit}")]
#[actor_error(code = "room_full", crate = crate::rt)]
struct Full<T> {
    limit: T,
}
