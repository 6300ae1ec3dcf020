// Check that a request handler without `self` has a context of its own, with which it uses the state in turns.

use callboard::{Body, Fault, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Uploads {
    files: Vec<String>,
}

#[actor]
impl Uploads {
    #[on_request]
    async fn upload(ctx: Ctx<Self>, request: http::Request<Body>) -> Result<String, Fault> {
        let path = request.uri().path().to_owned();
        let count = ctx
            .turn(move |this| {
                this.files.push(path);
                this.files.len()
            })
            .await?;
        Ok(format!("{count} files"))
    }

    #[action]
    fn files(&self) -> Vec<String> {
        self.files.clone()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert!(Uploads::HOOKS.on_request.is_some());
    let registry = Registry::new().in_memory().register::<Uploads>();
    assert!(registry.client().get_or_create::<Uploads>("ida").files().await?.is_empty());
    registry.stop().await;
    Ok(())
}
