// Everything else in the block stays as it is.

#[actor]
impl Counter {
    const LIMIT: u64 = { 10 };

    helper!(from_macro);

    pub(crate) fn generic<'a, T: ?Sized>(&'a self, text: &'a T) -> impl Iterator<Item = String> + 'a {
        text
    }

    #[action]
    pub fn total(&self) -> u64 {
        Self::LIMIT
    }
}
