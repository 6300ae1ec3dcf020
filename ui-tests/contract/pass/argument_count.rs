// Check that an argument more is one in the contract too, and that types are the contract's: what else an actor has
// is turned into them in the body.
// The way out of `argument_count`, `argument_type` and `return_type`.

use callboard::prelude::*;

#[actor]
pub trait Till {
    fn sell(&mut self, article: String, pieces: u64) -> u64;

    async fn receipt(&self) -> Vec<String>;
}

#[derive(Default, Serialize, Deserialize)]
struct Bakery {
    lines: Vec<(String, u32)>,
}

#[actor]
impl Till for Bakery {
    fn sell(&mut self, article: String, pieces: u64) -> u64 {
        self.lines.push((article, u32::try_from(pieces).unwrap_or(u32::MAX)));
        self.lines.iter().map(|line| u64::from(line.1)).sum()
    }

    async fn receipt(&self) -> Vec<String> {
        self.lines.iter().map(|(article, pieces)| format!("{pieces} {article}")).collect()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Bakery>();
    let till = registry.client().get_or_create::<TillContract>("one");
    till.sell("roll".to_owned(), 6).await?;
    assert_eq!(till.sell("cake".to_owned(), 1).await?, 7);
    assert_eq!(till.receipt().await?, ["6 roll", "1 cake"]);
    registry.stop().await;
    Ok(())
}
