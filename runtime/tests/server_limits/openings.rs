//! What a request or a handshake may bring: its head, its key, its params, an input.

use super::*;

#[tokio::test]
async fn an_input_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start_with(Limits::new().input(1000).query_input(500)).await;
    // A CBOR text of so many bytes in all.
    let text = |bytes: usize| {
        let length = u16::try_from(bytes - 3).expect("short").to_be_bytes();
        [&[0x79][..], &length, &vec![b'x'; bytes - 3]].concat()
    };
    let put = async |bytes| {
        let body =
            json!({ "name": "desk", "key": "made", "input": STANDARD.encode(text(bytes)) }).to_string();
        server.http("PUT /actors?namespace=default", &[], body.as_bytes()).await
    };
    assert_eq!(refusal(&put(1001).await), (400, "message.input_too_long".to_owned()));
    assert_eq!(put(1000).await.status, 200);
    let get = async |bytes| {
        let input = STANDARD.encode(text(bytes)).replace('+', "-").replace('/', "_").replace('=', "");
        let request = format!("POST /gateway/desk/action/here?{}&rvt-input={input}", desk("other"));
        server.http(&request, &[], b"{}").await
    };
    assert_eq!(refusal(&get(501).await), (400, "message.input_too_long".to_owned()));
    assert_eq!(get(500).await.status, 200);
}

#[tokio::test]
async fn params_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start().await;
    let params = |bytes: usize| format!("{{\"name\":\"{}\"}}", "n".repeat(bytes - 11));
    let who = async |bytes| {
        let request = format!("POST {}", address("desk", "/action/who"));
        server.http(&request, &[("x-rivet-conn-params", &params(bytes))], b"{}").await
    };
    assert_eq!(who(4096).await.json()["output"].as_str().map(str::len), Some(4085));
    assert_eq!(refusal(&who(4097).await), (400, "message.params_too_long".to_owned()));
    let connect = async |bytes| {
        let encoded = params(bytes).replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
        server.open(&address("desk", "/connect"), &format!("rivet, rivet_conn_params.{encoded}")).await.0
    };
    assert_eq!(hear(&mut connect(4096).await).await, json!("Init"));
    let mut refused = connect(4097).await;
    assert_eq!(hear(&mut refused).await, json!([null, "params_too_long"]));
    assert_eq!(next_close(&mut refused).await, (1011, "message.params_too_long".to_owned()));
}

#[tokio::test]
async fn a_key_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start_with(Limits::new().key_parts(3).key_part(5)).await;
    let too_long = (400, "actor.key_too_long".to_owned());
    for (key, fits) in [("a,b,c", true), ("a,b,c,d", false), ("abcde,é", true), ("abcdef", false)] {
        let request = format!("POST /gateway/desk/action/here?{}", desk(key));
        let reply = server.http(&request, &[], b"{}").await;
        if fits {
            assert_eq!(reply.status, 200, "{key}");
        } else {
            assert_eq!(refusal(&reply), too_long, "{key}");
        }
        let slashes = key.replace(',', "/");
        let found = server.http(&format!("GET /actors?name=desk&key={slashes}"), &[], b"").await;
        assert_eq!(found.status == 200, fits, "{key}");
        let body = json!({ "name": "desk", "key": slashes }).to_string();
        let made = server.http("PUT /actors?namespace=default", &[], body.as_bytes()).await;
        assert_eq!(made.status == 200, fits, "{key}");
    }
    let (mut socket, _) = server.open(&format!("/gateway/desk/connect?{}", desk("a,b,c,d")), "rivet").await;
    assert_eq!(hear(&mut socket).await, json!([null, "key_too_long"]));
}

#[tokio::test]
async fn a_head_may_be_as_long_as_set_and_no_longer() {
    let server = Server::start_with(Limits::new().head(20_000)).await;
    let with = async |bytes: usize| {
        // What the test client sends by itself, and the name of this header.
        let rest = "/health".len() + "host: localhost\r\n".len() + "connection: close\r\n".len();
        let rest = rest + "content-length: 0\r\n".len() + "x-long: \r\n".len();
        server.http("GET /health", &[("x-long", &"x".repeat(bytes - rest))], b"").await
    };
    assert_eq!(with(20_000).await.status, 200);
    assert_eq!(refusal(&with(20_001).await), (431, "api.headers_too_long".to_owned()));
    assert_eq!(with(39_000).await.status, 431);
    // Beyond that nobody reads on.
    assert_eq!(with(60_000).await.status, 431);
}
