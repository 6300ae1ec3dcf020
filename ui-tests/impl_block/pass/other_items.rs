// Check that everything else in the block stays what it is.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
pub struct Counter {
    total: u64,
}

macro_rules! helper {
    ($name:ident) => {
        fn $name(&self) -> u64 {
            self.total
        }
    };
}

#[actor]
/// A block with docs and an attribute.
#[allow(dead_code)]
impl Counter {
    #![allow(clippy::pedantic)]

    const LIMIT: u64 = { 10 };

    helper!(from_macro);

    helper! { from_braces }

    pub const fn limit(&self) -> u64 {
        Self::LIMIT
    }

    pub(crate) fn generic<'a, T: ToString + ?Sized>(
        &'a self,
        text: &'a T,
    ) -> impl Iterator<Item = String> + 'a {
        std::iter::repeat_with(move || text.to_string()).take(self.limit() as usize)
    }

    unsafe fn never() {}

    extern "C" fn callback(value: u64) -> u64 {
        value
    }

    fn by_value(self) -> u64 {
        self.from_macro() + self.from_braces()
    }

    #[action]
    pub fn total(&self) -> u64 {
        self.generic("x").count() as u64 + Self::callback(self.total)
    }
}

#[test]
fn runs() {
    assert_eq!(Counter { total: 1 }.by_value(), 2);
}
