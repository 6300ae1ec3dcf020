// Check that a reply that serde cannot carry is reported at its type.

use callboard::prelude::*;

struct Secret(u64);

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn secret(&self) -> Secret {
        Secret(self.total)
    }

    #[action]
    async fn try_secret(&self) -> Result<Secret, std::io::Error> {
        Ok(Secret(self.total))
    }
}

fn main() {}
