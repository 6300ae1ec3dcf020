//! Which web pages may talk to a server.

use http::{HeaderMap, HeaderValue, header};
use url::{Host, Url};

use super::{
    hosts::is_of_this_machine,
    target_origin::{HostPort, TargetOrigin},
};

/// Which web pages may talk to a server: [`Registry::origins`](crate::Registry::origins).
///
/// A browser says with each request which origin its page has: scheme, host and port. A request of an origin that may
/// not is refused (status 403, `auth.origin_not_allowed`), the handshakes of sockets included, for which browsers
/// have no check of their own. Clients that are no browsers send no origin, and are not held up: this protects the
/// users of browsers, and is no login.
///
/// | | pages that may |
/// |---|---|
/// | [`Origins::same`], the default | those of the server's own host and port, as the browser sees it (`Host`); and, while the server is reached as this machine (`localhost`, `127.0.0.1`, ..), all of this machine |
/// | [`Origins::list`] | those too, and these |
/// | [`Origins::any`] | all |
///
/// Only pages that may also get to read answers (CORS), with credentials. A page without an origin (`null`: a sandboxed
/// frame, a local file) may only with [`Origins::any`].
///
/// # Requests of pages that name no origin
///
/// With what a page may do without asking for leave, a browser sends no origin: pictures, scripts, styles, frames,
/// links. It says then whether the page is of another site (`Sec-Fetch-Site: cross-site` or `same-site`), and such a
/// request is refused in the same way, whichever `Origins` there are. A listed page that wants a picture or a script
/// from here writes `crossorigin` in its tag, with which its origin is sent. The one exception are links to raw
/// handlers that say [`#[on_request(navigation)]`](macro@crate::actor#on_request): such a request (`GET`,
/// `Sec-Fetch-Mode: navigate`, `Sec-Fetch-Dest: document`) reaches actors that exist, and makes none.
///
/// Browsers say this over `https`, and to this machine. Over plain `http` to another machine they say nothing, and
/// nothing holds such requests up: serve over TLS what is to be safe from them.
///
/// ```
/// # use callboard::{Registry, server::Origins};
/// let registry = Registry::new().origins(Origins::list(["https://app.example.com", "https://münchen.example"]));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Origins {
    any: bool,
    listed: Vec<Origin>,
}

/// One origin, in one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Web {
        host: Host,
        port: u16,
        secure: bool,
    },
    /// Of an app that is no web page: `capacitor://localhost`.
    App(String),
}

impl Origins {
    /// Pages of the server's own origin, and on this machine those of this machine.
    pub fn same() -> Self {
        Self::default()
    }

    /// Those of [`same`](Self::same), and these: `https://app.example.com`, `http://10.0.0.7:8080`,
    /// `capacitor://localhost`. There are no wildcards: each is compared as a whole.
    ///
    /// # Panics
    ///
    /// If one is no origin, for example because it has a path.
    pub fn list<O: AsRef<str>>(origins: impl IntoIterator<Item = O>) -> Self {
        let origin = |text: O| {
            let text = text.as_ref();
            Origin::parse(text)
                .unwrap_or_else(|| panic!("`{text}` is no origin: write `https://host`, or with a port"))
        };
        Self { any: false, listed: origins.into_iter().map(origin).collect() }
    }

    /// All pages there are. For servers that know their clients by something that no browser sends by itself, such as
    /// a token in the params; never for one that knows them by cookies, or by the network that it can be reached from.
    pub fn any() -> Self {
        Self { any: true, listed: Vec::new() }
    }

    /// Whether a request with these headers, to this target, may be answered.
    pub(in crate::server) fn allow(&self, target: &TargetOrigin<'_>, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(header::ORIGIN).iter();
        match (given.next(), given.next()) {
            _ if self.any => true,
            (None, _) => true,
            (Some(origin), None) => self.allow_origin(origin, target),
            // Two of them: something in between may have looked at the other one.
            (Some(_), Some(_)) => false,
        }
    }

    fn allow_origin(&self, origin: &HeaderValue, target: &TargetOrigin<'_>) -> bool {
        let Some(origin) = origin.to_str().ok().and_then(Origin::parse) else { return false };
        self.listed.contains(&origin)
            || target.host_port().is_some_and(|own| origin.is_at(&own, target.is_secure))
    }
}

impl Origin {
    /// Reads an origin as browsers write them; in a list it may have letters of any case and of any alphabet.
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        // Beyond that there is nothing in an origin: no user, no path, nothing that another parser could read
        // in another way.
        if rest.is_empty()
            || rest.contains(|c: char| "@/\\?#%".contains(c) || c.is_ascii_whitespace() || c.is_control())
        {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https") {
            let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
            return is_scheme.then(|| Self::App(text.to_ascii_lowercase()));
        }
        let url = Url::parse(text).ok()?;
        Some(Self::Web {
            host: url.host()?.to_owned(),
            port: url.port_or_known_default()?,
            secure: scheme == "https",
        })
    }

    /// Whether it is the origin of what was reached under this host; or of this machine, as that is.
    fn is_at(&self, own: &HostPort, is_secure: Option<bool>) -> bool {
        let Self::Web { host, port, secure } = self else { return false };
        // A proxy in front may speak TLS, of which the server knows nothing unless it is told: then the scheme is the
        // page's.
        let is_of_its_scheme = is_secure.is_none_or(|is_secure| is_secure == *secure);
        let own_port = own.port.unwrap_or(if *secure { 443 } else { 80 });
        (*host == own.host && *port == own_port && is_of_its_scheme)
            || (is_of_this_machine(host) && is_of_this_machine(&own.host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(origins: &Origins, host: &str, origin: &str) -> bool {
        let origin = HeaderValue::from_bytes(origin.as_bytes()).expect("a valid header");
        origins.allow(&target(host, None), &HeaderMap::from_iter([(header::ORIGIN, origin)]))
    }

    fn target(host: &str, is_secure: Option<bool>) -> TargetOrigin<'_> {
        TargetOrigin { host: Some(host.into()), is_secure }
    }

    #[test]
    fn pages_of_the_same_origin_may_and_their_neighbours_may_not() {
        let same = Origins::same();
        for (host, origin, may) in [
            ("app.example", "https://app.example", true),
            ("app.example", "http://app.example", true),
            ("app.example:443", "https://app.example", true),
            ("app.example:8443", "https://app.example:8443", true),
            ("APP.example", "https://app.EXAMPLE", true),
            ("xn--bcher-kva.example", "https://xn--bcher-kva.example", true),
            ("[2001:db8::1]:6420", "http://[2001:db8::1]:6420", true),
            ("[2001:db8::1]:6420", "http://[2001:DB8:0::1]:6420", true),
            // Another port, scheme, host.
            ("app.example", "https://app.example:444", false),
            ("app.example:80", "https://app.example", false),
            ("app.example", "wss://app.example", false),
            ("app.example", "https://evil.example", false),
            // Neighbours by prefix and suffix, and by the dot at the end.
            ("app.example", "https://app.example.evil.example", false),
            ("app.example", "https://evil-app.example", false),
            ("app.example", "https://evilapp.example", false),
            ("app.example", "https://sub.app.example", false),
            ("app.example", "https://example", false),
            ("app.example", "https://app.example.", false),
            // What is no origin, however some parser would read it.
            ("app.example", "null", false),
            ("app.example", "", false),
            ("app.example", "https://", false),
            ("app.example", "app.example", false),
            ("app.example", "//app.example", false),
            ("app.example", "https:app.example", false),
            ("app.example", "https:/app.example", false),
            ("app.example", "https://app.example/", false),
            ("app.example", "https://app.example/x", false),
            ("app.example", "https://app.example?x", false),
            ("app.example", "https://app.example#x", false),
            ("app.example", "https://app.example@evil.example", false),
            ("app.example", "https://evil.example@app.example", false),
            ("app.example", "https://user:secret@app.example", false),
            ("app.example", "https://evil.example\\@app.example", false),
            ("app.example", "https://evil.example\\.app.example", false),
            ("app.example", "https://app%2eexample", false),
            ("app.example", "https://app.example https://evil.example", false),
            ("app.example", "https://evil.example, https://app.example", false),
            ("app.example", "https://app.example:", true),
            ("app.example", "https://app.example:0443", true),
            ("app.example", "https://app.example:99999", false),
            ("app.example", "javascript://app.example", false),
            ("app.example", "file://app.example", false),
            // Letters that only look alike: the second is Cyrillic.
            ("app.example", "https://аpp.example", false),
            ("app.example", "https://xn--pp-6kc.example", false),
        ] {
            assert_eq!(allows(&same, host, origin), may, "{origin} at {host}");
        }
    }

    #[test]
    fn pages_of_this_machine_may_while_the_server_is_reached_as_this_machine() {
        let same = Origins::same();
        let local = ["localhost:6420", "127.0.0.1:6420", "[::1]:6420", "app.localhost", "LOCALHOST"];
        let pages =
            ["http://localhost:5173", "http://127.0.0.1:3000", "https://[::1]", "http://x.localhost:1"];
        let pages = pages.into_iter().chain(["http://127.1:8080", "http://[::ffff:127.0.0.1]:80"]);
        for page in pages {
            for host in local {
                assert!(allows(&same, host, page), "{page} at {host}");
            }
            assert!(!allows(&same, "app.example", page), "a server elsewhere is not this machine: {page}");
        }
        for page in [
            "https://localhost.evil.example",
            "https://evillocalhost",
            "https://127.0.0.1.evil.example",
            "https://128.0.0.1",
            "http://0.0.0.0:6420",
            "capacitor://localhost",
            "null",
        ] {
            assert!(local.iter().all(|host| !allows(&same, host, page)), "{page}");
        }
    }

    #[test]
    fn listed_pages_may_in_whatever_spelling_they_were_listed() {
        let list = Origins::list([
            "https://App.Example",
            "https://bücher.example:8443",
            "http://[2001:db8:0::1]",
            "capacitor://localhost",
        ]);
        for (origin, may) in [
            ("https://app.example", true),
            ("https://app.example:443", true),
            ("https://xn--bcher-kva.example:8443", true),
            ("http://[2001:db8::1]", true),
            ("capacitor://localhost", true),
            ("https://own.example", true),
            ("http://app.example", false),
            ("https://app.example:8443", false),
            ("https://xn--bcher-kva.example", false),
            ("capacitor://localhost.evil", false),
            ("capacitor://evil", false),
            ("null", false),
        ] {
            assert_eq!(allows(&list, "own.example", origin), may, "{origin}");
        }
    }

    #[test]
    fn any_is_any_and_no_origin_is_no_page() {
        assert!(allows(&Origins::any(), "app.example", "null"));
        assert!(allows(&Origins::any(), "app.example", "https://evil.example"));
        let target = target("app.example", None);
        assert!(Origins::same().allow(&target, &HeaderMap::new()));
        let mut two = HeaderMap::new();
        two.insert(header::ORIGIN, HeaderValue::from_static("https://app.example"));
        assert!(Origins::same().allow(&target, &two));
        assert!(
            !Origins::same().allow(&TargetOrigin::default(), &two),
            "a server that does not know its own"
        );
        two.append(header::ORIGIN, HeaderValue::from_static("https://app.example"));
        assert!(!Origins::same().allow(&target, &two));
    }

    #[test]
    #[should_panic(expected = "`https://app.example/page` is no origin")]
    fn what_is_no_origin_cannot_be_listed() {
        let _ = Origins::list(["https://app.example/page"]);
    }
}
