//! The split examples: a client that is built alone, from the source of an actor that runs elsewhere, or from a
//! contract that is a trait.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use callboard::Registry;
use callboard_tests::World;
use contract_server::English;
use split_shared::Poll;

#[tokio::test]
async fn a_client_only_build_talks_to_a_server() {
    let client = build("split-client");
    let world = World::network(Registry::new().in_memory().register::<Poll>()).await;
    let vote = async |name: &str, option: &str| run(&client, [name, option], &world).await;
    assert_eq!(
        vote("ann", "noodles").await,
        "ann has voted: {\"noodles\": 1, \"salad\": 0, \"soup\": 0}\n\
         your vote makes 1\n\
         it stands at {\"noodles\": 1, \"salad\": 0, \"soup\": 0}\n",
        "an event, an answer, another"
    );
    assert!(vote("ann", "soup").await.starts_with("your vote does not count: ann has voted already\n"));
    assert!(vote("bob", "grass").await.starts_with("your vote does not count: `grass` is not one of"));
    world.stop().await;
}

#[tokio::test]
async fn a_client_of_a_trait_talks_to_whoever_implements_it() {
    let client = build("contract-client");
    let world = World::network(Registry::new().in_memory().register::<English>()).await;
    let bid = async |name: &str, amount: &str| run(&client, [name, amount], &world).await;
    assert_eq!(
        bid("ann", "120").await,
        "for sale: a clock\n\
         ann bids 120\n\
         it would go to ann, for 120\n",
        "the input, the params, answers, an event"
    );
    assert_eq!(
        bid("bob", "120").await,
        "for sale: a clock\n\
         your bid does not count: a bid must be at least 121\n\
         it would go to ann, for 120\n",
        "an error of the contract's"
    );
    world.stop().await;
}

/// What a client prints that is given these arguments and the world's address.
async fn run(client: &Path, args: [&str; 2], world: &World) -> String {
    let url = world.url.as_deref().expect("a world behind a socket");
    let output = tokio::process::Command::new(client).args(args).arg(url).output().await;
    let output = output.expect("the client runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

/// Builds one package of the workspace with no features but its own, and returns its program.
fn build(package: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--message-format", "json", "--package", package])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).expect("cargo prints text");
    let program = messages.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once("\"executable\":\"")?;
        rest.split_once('"').map(|(path, _)| PathBuf::from(path))
    });
    program.expect("the package has a program")
}
