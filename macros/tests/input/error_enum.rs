// An error of every shape.

#[derive(Debug, thiserror::Error, ActorError)]
#[actor_error(status = 409)]
enum GameError {
    #[error("not found")]
    NotFound,
    #[error("player {player_id} is not connected")]
    PlayerNotFound { player_id: String, r#type: Option<u64> },
    #[error("{0}")]
    #[actor_error(code = "other", status = 403)]
    Custom(String),
    #[error("{0} is over {1}")]
    Over(u32, u32),
    #[error("broken")]
    #[actor_error(internal)]
    Broken(#[from] std::io::Error),
}
