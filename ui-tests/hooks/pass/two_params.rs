// Check that params are one struct, of whatever the hook asks for, which serde can carry.
// The way out of `params_without_serde` and `two_params`.

use callboard::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Login {
    name: String,
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Role {
    Guest,
    Editor,
}

#[derive(Default, Serialize, Deserialize)]
struct Wiki {
    page: String,
}

#[actor]
impl Wiki {
    #[on_before_connect]
    fn admit(&self, login: Login) -> Login {
        login
    }

    #[action]
    fn edit(&mut self, conn: &Conn<Self>, text: String) -> bool {
        let login = conn.state();
        if login.role == Role::Editor {
            self.page = format!("{text} ({})", login.name);
        }
        self.page.starts_with(&text)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Wiki>();
    let wiki = registry.client().get_or_create::<Wiki>("home");
    let login = |role| Login { name: "flo".to_owned(), role };
    assert!(!wiki.connect(login(Role::Guest)).edit("mine".to_owned()).await?);
    assert!(wiki.connect(login(Role::Editor)).edit("ours".to_owned()).await?);
    registry.stop().await;
    Ok(())
}
