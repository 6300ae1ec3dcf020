// Check that the trait says what clients pass, and that the hooks, in the `impl`, take it.
// The way out of `hooks_in_the_trait` and `input_and_params`.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct NewQuiz {
    pub question: String,
}

#[derive(Serialize, Deserialize)]
pub struct Join {
    pub player: String,
}

#[actor(params = Join, input = NewQuiz)]
pub trait Quiz {
    fn ask(&self, conn: &Conn<Self>) -> String;
}

#[derive(Serialize, Deserialize)]
struct PubQuiz {
    question: String,
    awake: bool,
}

#[actor]
impl Quiz for PubQuiz {
    #[on_create]
    fn create(input: NewQuiz) -> Self {
        Self { question: input.question, awake: false }
    }

    #[on_wake]
    fn wake(&mut self) {
        self.awake = true;
    }

    #[on_before_connect]
    fn admit(&self, params: Join) -> String {
        params.player
    }

    fn ask(&self, conn: &Conn<Self>) -> String {
        assert!(self.awake);
        format!("{}: {}", conn.state(), self.question)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<PubQuiz>();
    let input = NewQuiz { question: "why?".to_owned() };
    let quiz = registry.client().create_with::<QuizContract>("friday", input).await?;
    assert_eq!(quiz.connect(Join { player: "ann".to_owned() }).ask().await?, "ann: why?");
    registry.stop().await;
    Ok(())
}
