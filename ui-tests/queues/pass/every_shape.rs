// Check that messages can have every shape, and that queues go through a trait, conditions and other names.
// The way out of `borrowed_response`, `listed_twice`, `one_wire_name`, `reserved_action`, `send_undeclared`,
// `take_undeclared`, `without_name`, `without_serde` and `wrong_response`.

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

mod other {
    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Job(pub u32);
}

#[derive(Serialize, Deserialize)]
struct Nothing;

#[derive(Serialize, Deserialize)]
enum Order {
    Left,
    Right { by: u32 },
}

#[actor(queues(
    Job -> Result<u64, String>,
    other::Job -> () = "others",
    #[cfg(any())] Missing,
    Nothing,
    Order -> Option<Order>,
    (u32, u32) = "moves",
    String,
))]
impl Shop {
    #[run]
    async fn run(ctx: Ctx<Self>) -> callboard::Result<()> {
        while let Some(job) = ctx.queue::<Job>().next().await {
            let number = job.body.number;
            job.complete(Ok(number)).await?;
        }
        Ok(())
    }

    #[action]
    fn work(&mut self, ctx: &Ctx<Self>) -> callboard::Result<()> {
        while let Some(order) = ctx.queue::<Order>().try_next() {
            order.complete(None);
        }
        ctx.queue::<(u32, u32)>().send((1, 2))?;
        ctx.queue::<String>().send(String::new())?;
        Ok(())
    }
}

#[actor(queues(Mail -> usize))]
trait Post {
    async fn read(&mut self, ctx: &Ctx<Self>) -> usize;
}

#[server_only]
#[derive(Default, Serialize, Deserialize)]
struct Office;

#[server_only]
#[actor]
impl Post for Office {
    async fn read(&mut self, ctx: &Ctx<Self>) -> usize {
        let Some(mail) = ctx.queue::<Mail>().next().await else { return 0 };
        let read = mail.body.text.len();
        mail.complete(read);
        read
    }
}

fn names() -> Vec<&'static str> {
    Shop::QUEUES.iter().map(|queue| queue.name).collect()
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!(names(), ["job", "others", "nothing", "order", "moves", "string"]);
    let registry = Registry::new().in_memory().register::<Shop>().register::<Office>();
    let (minute, moment) = (std::time::Duration::from_secs(60), std::time::Duration::from_millis(1));
    let shop = registry.client().get_or_create::<Shop>("corner");
    let done: Option<Result<u64, String>> = shop.send_and_wait(Job { number: 1 }, minute).await?;
    assert_eq!(done, Some(Ok(1)));
    let ordered: Option<Option<Order>> = shop.send_and_wait(Order::Right { by: 2 }, moment).await?;
    assert!(ordered.is_none(), "nobody works");
    shop.send(other::Job(3)).await?;
    shop.send(Nothing).await?;
    shop.send(Order::Left).await?;
    shop.send((1, 2)).await?;
    shop.work().await?;
    let post = registry.client().get_or_create::<PostContract>("office");
    let mail = Mail { text: "hello".to_owned() };
    let (sent, read) = tokio::join!(post.send_and_wait(mail, minute), post.read());
    assert_eq!((sent?, read?), (Some(5), 5));
    registry.stop().await;
    Ok(())
}
