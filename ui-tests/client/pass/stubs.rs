// Check that the stubs take the arguments and give the results of their actions.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
#[error("division by zero")]
struct DivideError;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    #[action]
    fn divide(&mut self, by: u64) -> Result<u64, DivideError> {
        self.total = self.total.checked_div(by).ok_or(DivideError)?;
        Ok(self.total)
    }

    #[action]
    async fn read(&self) -> std::io::Result<String> {
        Ok(String::new())
    }
}

async fn call(counter: CounterHandle) {
    let sum: Result<u64, CallError> = counter.add(1).await;
    let quotient: Result<u64, CallError<DivideError>> = counter.divide(0).await;
    let text: Result<String, CallError<std::io::Error>> = counter.connect().read().await;
    assert!(sum.is_ok() && quotient.is_err() && text.is_ok());
}

#[tokio::test]
async fn runs() {
    let registry = Registry::new().in_memory().register::<Counter>();
    call(registry.client().get_or_create::<Counter>("one")).await;
    registry.stop().await;
}
