// Check that a client cannot send what the actor does not take, nor wait for it.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Job {
    number: u64,
}

#[derive(Serialize, Deserialize)]
struct Mail {
    text: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Shop {
    done: u64,
}

#[actor(queues(Job))]
impl Shop {
    #[action]
    fn work(&mut self, ctx: &Ctx<Self>) {
        while let Some(job) = ctx.queue::<Job>().try_next() {
            self.done += job.body.number;
            job.complete(());
        }
    }
}

async fn send(shop: &ShopHandle, conn: &ShopConn) {
    shop.send(Mail { text: String::new() }).await.unwrap();
    conn.send_and_wait(Mail { text: String::new() }, std::time::Duration::MAX).await.unwrap();
}

fn main() {}
