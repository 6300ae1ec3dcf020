//! Who may talk to the server: the settings of origins, hosts, proxies and the token of the control API.
//!
//! Each is checked where it is set, so that a mistake shows at the line that makes it. The gateway applies them to
//! each request.

use super::Registry;
use crate::server::{ControlToken, Hosts, Origins, TrustedProxies};

impl Registry {
    /// Lets the pages of these origins talk to the server, from browsers: see [`Origins`]. By default those of the
    /// server's own origin, and on one machine those of that machine.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[track_caller]
    pub fn origins(mut self, origins: Origins) -> Self {
        self.assert_not_started();
        self.origins = origins;
        self
    }

    /// Lets whoever sends this token list and destroy actors from outside, as `Authorization: Bearer ..` or as
    /// `x-rivet-token: ..`, which is what RivetKit's clients do with a token that they are given.
    ///
    /// Without it nobody can: `GET /actors?name=..` without a key or ids, and `DELETE /actors/{id}`, are refused
    /// with `auth.control_disabled`, the same for actors that exist and for those that do not; with it, to those
    /// who do not send it, with `auth.control_unauthorized`.
    ///
    /// Everybody who reaches the server may make actors, find those whose key they know, and call them, as far as
    /// `#[on_before_connect]` lets them. Of whoever has the token that hook is not asked at `PUT /actors`, `POST
    /// /actors` and `GET /actors?name=..&key=..`: these are answered as if it let them in, whatever params are
    /// sent. Nor is it asked behind [`control_router`](Self::control_router). At `/gateway/..`, where actors are
    /// called, the token is not looked at, and the hook is asked about everybody.
    ///
    /// Whoever has the token can destroy all there is. It travels as it is: use TLS beyond this machine. For rules
    /// of your own there is [`control_router`](Self::control_router).
    ///
    /// The token has 16 to 256 letters, digits and signs of ASCII: `openssl rand -hex 16` makes one. With another,
    /// above all with the empty one of a variable that is not set, [`serve`](Self::serve) and
    /// [`serve_listener`](Self::serve_listener) return an error, and [`router`](Self::router) panics: it would be
    /// as good as none.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[track_caller]
    pub fn control(mut self, token: impl AsRef<str>) -> Self {
        self.assert_not_started();
        self.control = Some(ControlToken::new(token.as_ref()));
        self
    }

    /// Answers to these host names, and to those of this machine, and to no others: `app.example.com`,
    /// `münchen.example`, `10.0.0.7`, `::1`. A name is compared as a whole, in letters of any case, with or
    /// without a dot at its end; there are no wildcards, and the port that a client writes behind it is not looked
    /// at. An empty list is a list.
    ///
    /// A web page can give its own name the address of this server (DNS rebinding). To its visitors' browsers the
    /// server is of the page's own origin then, so [`Origins`] do not hold it up; the name that they send does.
    /// That matters wherever being able to reach the server is a permission: on the loopback address and in
    /// private networks.
    ///
    /// | | answers to |
    /// |---|---|
    /// | [`serve`](Self::serve) and [`serve_listener`](Self::serve_listener) on a loopback address (`127.0.0.1`, `[::1]`, not `0.0.0.0`) | `localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`, and what is listed here |
    /// | on another address, if hosts are listed | the same, and the address itself, which a balancer's health check sends |
    /// | on another address, if none are | any name, and requests without one |
    /// | [`router`](Self::router), which cannot know its address | the names of this machine and what is listed here, if hosts are listed; else any |
    ///
    /// So behind a proxy on the same machine that passes the `Host` of its clients on, list the names that these
    /// use. (nginx sends its own name for the server unless it has a `proxy_set_header Host`.)
    ///
    /// Every route holds to it, `/health` and `/metrics` too, and those that are [merged](Self::merge). Another
    /// request is refused with status 403 and `auth.host_not_allowed`; a WebSocket is opened and closed at once,
    /// with 1011 and `auth.host_not_allowed`; and the log has a warning with the host, at most every ten seconds.
    /// A request with two hosts, be it two `Host` or a `Host` unlike `:authority`, is status 400 everywhere.
    ///
    /// ```
    /// # use callboard::Registry;
    /// let registry = Registry::new().hosts(["app.example.com", "10.0.0.7"]);
    /// ```
    ///
    /// # Panics
    ///
    /// If one is no host, for example because it has a scheme or a port, a wildcard, or nothing in it; or the
    /// registry has started.
    #[track_caller]
    pub fn hosts<H: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.assert_not_started();
        self.hosts = Hosts::list(hosts);
        self
    }

    /// Believes these proxies who their clients are: addresses and networks, such as `127.0.0.1`, `10.0.0.0/8`,
    /// `::1` (or `[::1]`), `fd00::/8`. Names are not looked up. With `0.0.0.0/0` and `::/0` everybody is believed,
    /// of which the log warns at the start. Without proxies, everybody behind a proxy is one client, whose
    /// [`Limits`](crate::Limits) per address they share.
    ///
    /// Of a request that comes from one of them, the client is taken from `Forwarded` (RFC 7239) or
    /// `X-Forwarded-For`: from the right, past trusted addresses only. What stands before that was written by the
    /// client, and is not looked at; nor is any of it in a request that comes from elsewhere. Where a trusted
    /// proxy says `unknown` or a made-up name, the client is the proxy.
    ///
    /// That address is what [`Limits`](crate::Limits) count, what the access log has, and what `#[on_before_connect]` and raw
    /// handlers find in the extensions, as `ctx.claims::<ConnectInfo<SocketAddr>>()` with axum's `ConnectInfo`;
    /// its port is 0 where the proxy does not say it. Sockets of the proxy itself count in
    /// [`Limits::sockets`](crate::Limits::sockets)
    /// alone.
    ///
    /// The host and scheme that the client used are taken from `X-Forwarded-Host` and `X-Forwarded-Proto` (the
    /// last of several), or from the same element of `Forwarded`, for [`Origins`] and [`hosts`](Self::hosts).
    /// Without them it is the `Host` that the proxy sends.
    ///
    /// Browsers on the proxy's machine can open sockets that look like the proxy's, and a page may write all of
    /// these headers. So where a request comes from this machine (its loopback address, or the one that it was
    /// sent to) and [`hosts`](Self::hosts) are looked at, the request's own `Host` must be one of them too:
    /// `127.0.0.1:6420` is, which is what nginx sends by default for a `proxy_pass` to that address, and a name
    /// that the proxy keeps has to be listed anyway. On other machines that are trusted, let no browsers run.
    ///
    /// Have the proxy set or remove each of these four headers: what it passes on as it is, is its client's word.
    /// A proxy mostly writes one kind and passes on the other, so a request that has `Forwarded` and an
    /// `X-Forwarded-..` header is only answered if they say the same, all of it; else, and if `Forwarded` breaks
    /// its grammar, it is refused with status 400, and the log has a warning. For nginx:
    ///
    /// ```text
    /// proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    /// proxy_set_header X-Forwarded-Host $http_host;
    /// proxy_set_header X-Forwarded-Proto $scheme;
    /// proxy_set_header Forwarded "";
    /// ```
    ///
    /// [`router`](Self::router) knows the address of a request only if its server says it:
    /// `app.into_make_service_with_connect_info::<SocketAddr>()`.
    ///
    /// ```
    /// # use callboard::Registry;
    /// let registry = Registry::new().trusted_proxies(["127.0.0.1", "10.0.0.0/8"]).hosts(["app.example.com"]);
    /// ```
    ///
    /// # Panics
    ///
    /// If one is no address and no network, or the registry has started.
    #[track_caller]
    pub fn trusted_proxies<P: AsRef<str>>(mut self, proxies: impl IntoIterator<Item = P>) -> Self {
        self.assert_not_started();
        self.proxies = TrustedProxies::list(proxies);
        self
    }
}
