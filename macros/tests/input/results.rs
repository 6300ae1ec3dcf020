// Plain values, results as written, and results under other names.

#[actor]
impl Bank {
    #[action]
    fn balance(&self) -> u64 {
        self.balance
    }

    #[action]
    fn withdraw(&mut self, amount: u64) -> Result<u64, BankError> {
        self.take(amount)
    }

    #[action]
    async fn audit(&self) -> std::io::Result<Vec<String>> {
        audit().await
    }

    #[action]
    fn close(&mut self) -> BankResult {
        Ok(())
    }
}
