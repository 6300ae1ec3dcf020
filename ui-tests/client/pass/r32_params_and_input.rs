// Check that `connect` takes the params that the actor asks for, and nothing where it asks for none; and the same of
// inputs. An optional one is `None`.

use callboard::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Join {
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Room {
    title: String,
}

#[actor]
impl Room {
    #[on_create]
    async fn create(ctx: &Ctx<Self>, title: Option<String>) -> callboard::Result<Self> {
        Ok(Self { title: title.unwrap_or_else(|| ctx.key().to_string()) })
    }

    #[on_before_connect]
    fn admit(&self, join: Join) -> String {
        join.name
    }

    #[action]
    fn hello(&self, conn: &Conn<Self>) -> String {
        format!("{} in {}", conn.state(), self.title)
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Bare;

#[actor]
impl Bare {
    #[on_before_connect]
    fn admit(&self) -> u8 {
        7
    }

    #[action]
    fn hello(&self, conn: &Conn<Self>) -> u8 {
        *conn.state()
    }
}

/// Code that does not know the actor, but that it asks for nothing.
fn first<C: Contract<Input = ()>>(client: &Client) -> C::Handle {
    client.get_or_create::<C>("first")
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Room>().register::<Bare>();
    let client = registry.client();
    let join = || Join { name: "ann".to_owned() };
    let blue = client.get_or_create_with::<Room>("blue", Some("the blue room".to_owned()))?;
    assert_eq!(blue.connect(join()).hello().await?, "ann in the blue room");
    let red = client.create_with::<Room>("red", None).await?;
    assert_eq!(red.connect(join()).hello().await?, "ann in red");
    assert_eq!(client.get::<Room>("red").connect(join()).hello().await?, "ann in red");
    let bare = client.create::<Bare>("bare").await?;
    assert_eq!(bare.connect().hello().await?, 7);
    assert_eq!(first::<Bare>(&client).connect().hello().await?, 7);
    registry.stop().await;
    Ok(())
}
