//! What a process finds in the queues that another one has left.

use super::*;

/// Begins to work once it may, which is noted outside of its state.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Late {
    done: Vec<u32>,
}

#[actor(queues(Job))]
impl Late {
    #[run]
    async fn run(ctx: Ctx<Self>) {
        let page = ctx.key().to_string();
        gate(&page).notified().await;
        while let Some(job) = ctx.queue::<Job>().next().await {
            let page = page.clone();
            let handled = job.complete_with(move |late, job| {
                late.done.push(job.0);
                note(&page, format!("{:?}", late.done));
            });
            drop(handled.await);
        }
    }

    #[action]
    fn done(&self) -> Vec<u32> {
        self.done.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_left_in_a_queue_is_handled_after_a_restart_without_anybody_asking() {
    let store = Arc::new(MemoryStore::new());
    let open = || Registry::new().register::<Late>().store(Arc::clone(&store));
    let keys = ["late 1", "late 2", "late 3"];
    let first = open();
    for key in keys {
        let late = first.client().get_or_create::<Late>(key);
        for n in 1..=3 {
            late.send(Job(n)).await.unwrap();
        }
    }
    first.stop().await;
    drop(first);

    let second = World::network(open()).await;
    for key in keys {
        release(key);
    }
    pass_s(1).await;
    for key in keys {
        assert_eq!(noted(key), ["[1]", "[1, 2]", "[1, 2, 3]"]);
        assert_eq!(second.client.get::<Late>(key).done().await.unwrap(), [1, 2, 3]);
    }
    second.stop().await;
}

/// An earlier version of an actor, whose messages had no text.
mod earlier {
    use super::*;

    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub(super) struct Letter(pub u32);

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub struct Shop {
        jobs: Vec<u32>,
        letters: Vec<u32>,
        wakes: u32,
    }

    #[actor(queues(Letter -> String, Job -> usize = "jobs", #[cfg(all())] String = "closed"))]
    impl Shop {
        #[action]
        fn peek(&self, ctx: &Ctx<Self>) -> Option<u32> {
            ctx.queue::<Letter>().try_next().map(|letter| letter.body.0)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn messages_of_another_version_stay_where_they_are() {
    let store = Arc::new(MemoryStore::new());
    let first = Registry::new().register::<earlier::Shop>().store(Arc::clone(&store));
    let shop = first.client().get_or_create::<earlier::Shop>("versions");
    shop.send(earlier::Letter(1)).await.unwrap();
    shop.send("to a queue that is no more".to_owned()).await.unwrap();
    shop.send(Job(2)).await.unwrap();
    first.stop().await;

    let second = open(Arc::clone(&store));
    let shop = second.client().get::<Shop>("versions");
    shop.send(letter(3)).await.unwrap();
    assert_eq!(shop.read_letter().await.unwrap(), Some(3));
    assert_eq!(shop.read_letter().await.unwrap(), None);
    assert_eq!(shop.send_and_wait(Job(4), SECOND).await.unwrap(), Some(2));
    second.stop().await;

    let third = Registry::new().register::<earlier::Shop>().store(store);
    assert_eq!(third.client().get::<earlier::Shop>("versions").peek().await.unwrap(), Some(1));
}
