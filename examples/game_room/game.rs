//! The game: where everybody is, and who hears of a move.

use callboard::prelude::*;

/// A place on the board.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub x: f64,
    pub y: f64,
}

/// The board is as wide and as high as this.
pub const BOARD: f64 = 100.0;

/// Where players begin.
pub const CENTRE: Position = Position { x: BOARD / 2.0, y: BOARD / 2.0 };

/// Somebody is somewhere else now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlayerMoved {
    pub player_id: String,
    pub position: Position,
}

/// Somebody is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlayerLeft {
    pub player_id: String,
}

/// What a client passes to `connect`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinParams {
    pub player_id: String,
}

/// What the game remembers about a connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Player {
    pub player_id: String,
    pub position: Position,
}

/// What the game says no with.
#[derive(Debug, PartialEq, thiserror::Error, ActorError)]
pub enum GameError {
    #[error("somebody here is called {player_id} already")]
    NameTaken { player_id: String },
    #[error("there is no such place on the board")]
    OffTheBoard,
}

/// All there is to know are the players, and they go with their connections: nothing is saved.
#[derive(Default)]
pub struct GameRoom;

#[actor(ephemeral, events(PlayerMoved, PlayerLeft))]
impl GameRoom {
    #[on_before_connect]
    fn admit(&self, ctx: &Ctx<Self>, params: JoinParams) -> Result<Player, GameError> {
        let JoinParams { player_id } = params;
        if ctx.conns().any(|conn| conn.state().player_id == player_id) {
            return Err(GameError::NameTaken { player_id });
        }
        Ok(Player { player_id, position: CENTRE })
    }

    /// Moves whoever calls, and tells all others. It takes the connection, so only a connected client can call it.
    #[action]
    fn move_to(&self, ctx: &Ctx<Self>, conn: &Conn<Self>, position: Position) -> Result<(), GameError> {
        let board = 0.0..=BOARD;
        if !board.contains(&position.x) || !board.contains(&position.y) {
            return Err(GameError::OffTheBoard);
        }
        conn.update_state(|player| player.position = position);
        ctx.broadcast_except(conn, &PlayerMoved { player_id: conn.state().player_id.clone(), position });
        Ok(())
    }

    /// Where everybody is: for those who come later, and have missed the moves so far.
    #[action]
    fn get_players(&self, ctx: &Ctx<Self>) -> Vec<Player> {
        ctx.conns().map(|conn| Player::clone(&conn.state())).collect()
    }

    #[on_disconnect]
    fn left(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        ctx.broadcast(&PlayerLeft { player_id: conn.state().player_id.clone() });
    }
}
