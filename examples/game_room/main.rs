//! A game room: every move goes to all other players.
//!
//! ```text
//! cargo run --example game_room                            # three players in this process, for a second
//! cargo run --example game_room -- --listen 127.0.0.1:6420 # a server for players elsewhere
//! ```

mod game;

use std::{io::IsTerminal, net::SocketAddr, time::Duration};

use callboard::{Client, Registry};
use clap::Parser;
use tokio::{net::TcpListener, signal::ctrl_c, task::JoinSet, time::sleep};

use game::{BOARD, CENTRE, GameRoom, GameRoomEvent, JoinParams, Position};

/// A game room: three players move about for a second, each sees the others.
#[derive(Debug, Parser)]
#[command(name = "game_room")]
struct Args {
    /// Serve the game on this address, in place of playing it here
    #[arg(short, long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

const MOVES: usize = 5;
const PAUSE: Duration = Duration::from_millis(200);

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .log_internal_errors(false)
        .init();

    let registry = Registry::new().in_memory().register::<GameRoom>();
    match args.listen {
        Some(address) => {
            let listener = TcpListener::bind(address).await?;
            println!("The game room is open: http://{}", listener.local_addr()?);
            registry.serve_listener(listener, async { drop(ctrl_c().await) }).await
        }
        None => play(&registry).await,
    }
}

/// Three clients of the registry in this process: no socket, and calls are moved, not serialized.
async fn play(registry: &Registry) -> callboard::Result<()> {
    let mut players = JoinSet::new();
    for name in ["alice", "bob", "carol"] {
        players.spawn(player(registry.client(), name));
    }
    while let Some(ended) = players.join_next().await {
        println!("{}", ended??);
    }
    registry.stop().await;
    Ok(())
}

/// Moves about, prints what it sees of the others, and sums it up. Over the network it would be the same code.
async fn player(client: Client, me: &'static str) -> callboard::Result<String> {
    let game = client.get_or_create::<GameRoom>(["lobby"]).connect(JoinParams { player_id: me.to_owned() });
    let mut events = game.events();
    let mut seen = 0;
    let present = game.get_players().await?.len();
    println!("{me:>5} comes in, which makes {present}");

    let moving = async {
        let mut position = CENTRE;
        for _ in 0..MOVES {
            sleep(PAUSE).await;
            position = step(position);
            game.move_to(position).await?;
        }
        // What the others did last is still on its way.
        sleep(PAUSE).await;
        Ok::<_, callboard::Error>(())
    };
    let watching = async {
        while let Some(event) = events.next().await {
            match event {
                GameRoomEvent::PlayerMoved(moved) => {
                    seen += 1;
                    let Position { x, y } = moved.position;
                    println!("{me:>5} sees {:>5} at {x:5.1} {y:5.1}", moved.player_id);
                }
                GameRoomEvent::PlayerLeft(player) => println!("{me:>5} sees {:>5} leave", player.player_id),
            }
        }
    };
    tokio::select! {
        moved = moving => moved?,
        () = watching => return Err(game.closed().await.into()),
    }
    game.close().await;
    Ok(format!("{me} moved {MOVES} times, and saw the others move {seen} times"))
}

/// A few paces in any direction, but not off the board.
fn step(from: Position) -> Position {
    let pace = |at: f64| (at + 10.0 * (fastrand::f64() - 0.5)).clamp(0.0, BOARD);
    Position { x: pace(from.x), y: pace(from.y) }
}
