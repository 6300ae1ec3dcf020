//! Addresses: the server's, and what is asked of it.

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::Settings;
use crate::{
    Key,
    client::{error::ClientError, target::Target},
    wire::{self, input::MAX_QUERY_INPUT},
};

/// What `encodeURIComponent` leaves alone, but for the parentheses, which subprotocols must not have.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'');

/// A server's address, without anything that is not sent.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    /// `http://host:port/prefix`, without a slash at the end.
    base: String,
}

/// What a URL carries in front of the host: `namespace:token@`.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    pub namespace: Option<String>,
    pub token: Option<String>,
}

impl Endpoint {
    /// The address in a URL, and the credentials in it.
    pub(crate) fn parse(text: &str) -> Result<(Self, Credentials), ClientError> {
        let invalid =
            |reason: &str| ClientError::Url { url: without_credentials(text), reason: reason.to_owned() };
        let url = Url::parse(text).map_err(|error| invalid(&error.to_string()))?;
        let scheme = match url.scheme() {
            "http" | "ws" => "http",
            "https" | "wss" if cfg!(feature = "tls") => "https",
            "https" | "wss" => return Err(ClientError::TlsMissing(without_credentials(text))),
            _ => return Err(invalid("the scheme is not one of `http`, `https`, `ws`, `wss`")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| invalid("it has no host"))?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let prefix = url.path().trim_end_matches('/');
        let credentials =
            Credentials { namespace: decoded(url.username()), token: url.password().and_then(decoded) };
        Ok((Self { base: format!("{scheme}://{host}{port}{prefix}") }, credentials))
    }

    /// The address itself, which has no credentials.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// A route of the control API.
    pub(crate) fn api(&self, settings: &Settings, path: &str, query: &[(&str, &str)]) -> Result<Uri, String> {
        let query = query.iter().copied().chain([("namespace", settings.namespace.as_str())]);
        self.uri(&format!("{path}?{}", form(query)))
    }

    /// A route of one actor: by its identity, or by name and key in `rvt-` parameters.
    pub(crate) fn gateway(
        &self,
        settings: &Settings,
        name: &str,
        target: &Target,
        path: &str,
    ) -> Result<Uri, String> {
        let query = match target {
            Target::Id(id) => {
                let token = settings.token.as_ref().map(|token| format!("@{}", component(token)));
                return self.uri(&format!("/gateway/{id}{}{path}", token.unwrap_or_default()));
            }
            Target::Get(key) => query(settings, "get", key, None),
            Target::GetOrCreate(_, Some(input)) if input.len() > MAX_QUERY_INPUT => {
                return Err(format!(
                    "an input of {} bytes is beyond the {MAX_QUERY_INPUT} of an address",
                    input.len()
                ));
            }
            Target::GetOrCreate(key, input) => {
                query(settings, "getOrCreate", key, input.as_ref().map(|input| &input[..]))
            }
        };
        self.uri(&format!("/gateway/{}{path}?{query}", component(name)))
    }

    fn uri(&self, rest: &str) -> Result<Uri, String> {
        format!("{}{rest}", self.base).parse().map_err(|error| format!("the address is not valid: {error}"))
    }
}

/// The parameters that name an actor by key, in the order that the official clients send them.
fn query(settings: &Settings, method: &str, key: &Key, input: Option<&[u8]>) -> String {
    let key = wire::key::to_comma_form(key);
    let input = input.map(wire::input::to_query);
    let creates = method == "getOrCreate";
    let pairs = [
        ("rvt-namespace", Some(settings.namespace.as_str())),
        ("rvt-method", Some(method)),
        ("rvt-runner", creates.then_some("default")),
        ("rvt-key", key.as_deref()),
        ("rvt-input", input.as_deref()),
        ("rvt-crash-policy", creates.then_some("sleep")),
        ("rvt-token", settings.token.as_deref()),
    ];
    form(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

fn form<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<_> = pairs.map(|(name, value)| format!("{name}={}", component(value))).collect();
    pairs.join("&")
}

/// Text as one component of an address, as `encodeURIComponent` writes it.
pub(super) fn component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

fn decoded(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| percent_decode_str(text).decode_utf8_lossy().into_owned())
}

/// A URL fit for an error message.
fn without_credentials(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(token: Option<&str>) -> Settings {
        Settings { token: token.map(str::to_owned), ..Settings::test() }
    }

    fn gateway(url: &str, token: Option<&str>, target: &Target) -> String {
        let (endpoint, _) = Endpoint::parse(url).expect("a URL");
        endpoint.gateway(&settings(token), "chatRoom", target, "/connect").expect("an address").to_string()
    }

    #[test]
    fn a_target_by_key_is_written_as_rivetkit_writes_it() {
        let target = Target::GetOrCreate(["a,b", "", "c d"].into(), None);
        assert_eq!(
            gateway("http://host:1", None, &target),
            "http://host:1/gateway/chatRoom/connect?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default\
             &rvt-key=a%5C%2Cb%2C%5C0%2Cc%20d&rvt-crash-policy=sleep"
        );
    }

    #[test]
    fn a_get_carries_nothing_that_creates_and_the_empty_key_is_absent() {
        assert_eq!(
            gateway("ws://host/", Some("t/1"), &Target::Get(().into())),
            "http://host/gateway/chatRoom/connect?rvt-namespace=default&rvt-method=get&rvt-token=t%2F1"
        );
    }

    #[test]
    fn an_input_travels_as_far_as_it_fits() {
        let target = |size| Target::GetOrCreate(().into(), Some(Box::new(vec![0; size].into())));
        assert!(gateway("http://host", None, &target(1)).contains("&rvt-input=AA&"));
        let (endpoint, _) = Endpoint::parse("http://host").expect("a URL");
        let address = |size| endpoint.gateway(&settings(None), "chatRoom", &target(size), "/connect");
        assert!(address(4096).is_ok());
        assert!(address(4097).is_err());
    }

    #[test]
    fn an_identity_is_in_the_path_and_a_prefix_is_kept() {
        let id: crate::ActorId = "0191f2c4a1b27c3d8e4f5a6b7c8d9e0f".parse().expect("an id");
        assert_eq!(
            gateway("http://host/actors/", Some("t@1"), &Target::Id(id)),
            "http://host/actors/gateway/0191f2c4a1b27c3d8e4f5a6b7c8d9e0f@t%401/connect"
        );
    }

    #[test]
    fn credentials_are_taken_out_and_decoded() {
        let (endpoint, credentials) =
            Endpoint::parse("http://my%20space:se%2Fcret@host:6420").expect("a URL");
        assert_eq!(endpoint.base, "http://host:6420");
        assert_eq!(credentials.namespace.as_deref(), Some("my space"));
        assert_eq!(credentials.token.as_deref(), Some("se/cret"));
    }

    #[test]
    fn what_is_not_a_server_is_told_without_its_credentials() {
        for url in ["", "host", "ftp://ns:secret@host", "http://"] {
            let error = Endpoint::parse(url).expect_err(url);
            assert!(matches!(error, ClientError::Url { .. }), "{error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn encryption_names_the_feature_that_it_needs() {
        assert!(matches!(Endpoint::parse("https://host"), Err(ClientError::TlsMissing(_))));
    }
}
