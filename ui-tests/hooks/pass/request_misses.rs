// Check that a request handler takes the context and the raw request, whose path and body it reads by itself, and
// answers with a response.
// The way out of `request_misses`, `request_of_another_type`, `request_takes_more` and `response_is_none`.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use callboard::{Body, prelude::*};

#[derive(Debug, thiserror::Error, ActorError)]
#[error("there is no page {path}")]
struct NoPage {
    path: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Blog {
    visits: u64,
}

#[actor]
impl Blog {
    #[on_request]
    fn serve(
        &mut self,
        ctx: &Ctx<Self>,
        request: http::Request<Body>,
    ) -> Result<http::Response<String>, NoPage> {
        self.visits += 1;
        match request.uri().path() {
            "/visits" => Ok(http::Response::new(format!("{} of {}", self.visits, ctx.key()))),
            path => Err(NoPage { path: path.to_owned() }),
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Scales {
    grams: u64,
}

#[actor]
impl Scales {
    #[on_request]
    fn serve(&self, _request: http::Request<Body>) -> impl axum::response::IntoResponse {
        (http::StatusCode::ACCEPTED, format!("{} g", self.grams))
    }
}

fn get(address: SocketAddr, actor: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    let query = "rvt-namespace=default&rvt-method=getOrCreate&rvt-key=mine";
    let target = format!("/gateway/{actor}/request{path}?{query}");
    write!(stream, "GET {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let registry = Registry::new().in_memory().register::<Blog>().register::<Scales>();
    let server = tokio::spawn(registry.serve_listener(listener, async { drop(stopped.await) }));
    let asking = tokio::task::spawn_blocking(move || {
        let visits = get(address, "blog", "/visits")?;
        assert!(visits.starts_with("HTTP/1.1 200") && visits.ends_with("1 of mine"), "{visits}");
        let nowhere = get(address, "blog", "/nowhere")?;
        assert!(nowhere.starts_with("HTTP/1.1 400") && nowhere.contains("there is no page"), "{nowhere}");
        let weight = get(address, "scales", "/")?;
        assert!(weight.starts_with("HTTP/1.1 202") && weight.ends_with("0 g"), "{weight}");
        std::io::Result::Ok(())
    });
    asking.await??;
    drop(stop);
    server.await??;
    Ok(())
}
