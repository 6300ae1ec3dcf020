//! What follows an actor in the path of a request: what is wanted of it.

use percent_encoding::percent_decode_str;

/// What a request wants of its actor.
#[derive(Debug, PartialEq)]
pub(in crate::server) enum ActorPath {
    Action(String),
    Queue(String),
    /// With the path that its handler sees.
    Request(String),
    Connect,
    /// With the path that its handler sees.
    WebSocket(String),
    About(ActorPage),
    /// The path that is none.
    Unknown(String),
}

/// A page that every actor has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::server) enum ActorPage {
    Banner,
    Health,
    Metadata,
}

/// A route below an actor's address.
pub(in crate::server) struct Below {
    /// As it is written for people: one word, and what follows it.
    pub(in crate::server) path: &'static str,
    /// Reads what follows the word, without a slash before it.
    read: fn(&str) -> Option<ActorPath>,
}

impl ActorPath {
    /// All there are; what is none of them is unknown.
    pub(in crate::server) const BELOW: [Below; 8] = [
        Below { path: "/", read: |rest| rest.is_empty().then_some(Self::About(ActorPage::Banner)) },
        Below { path: "/connect", read: |rest| rest.is_empty().then_some(Self::Connect) },
        Below { path: "/health", read: |rest| rest.is_empty().then_some(Self::About(ActorPage::Health)) },
        Below { path: "/metadata", read: |rest| rest.is_empty().then_some(Self::About(ActorPage::Metadata)) },
        Below { path: "/request/{*path}", read: |rest| Some(Self::Request(format!("/{rest}"))) },
        Below { path: "/websocket/{*path}", read: |rest| Some(Self::WebSocket(format!("/{rest}"))) },
        Below { path: "/action/{name}", read: |rest| name(rest).map(Self::Action) },
        Below { path: "/queue/{name}", read: |rest| name(rest).map(Self::Queue) },
    ];

    /// Reads what follows the actor in a path.
    pub(in crate::server) fn parse(path: &str) -> Self {
        let trimmed = path.strip_prefix('/').unwrap_or(path);
        let (word, rest) = trimmed.split_once('/').unwrap_or((trimmed, ""));
        let below = Self::BELOW.iter().find(|below| below.path.split('/').nth(1) == Some(word));
        let route = below.and_then(|below| (below.read)(rest));
        route.unwrap_or_else(|| Self::Unknown(path.to_owned()))
    }
}

/// The last part of a path, as a name.
fn name(text: &str) -> Option<String> {
    let name = percent_decode_str(text).decode_utf8().ok()?;
    (!text.is_empty() && !text.contains('/')).then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_an_actor() {
        let unknown = |path: &str| ActorPath::Unknown(path.to_owned());
        for (path, route) in [
            ("", ActorPath::About(ActorPage::Banner)),
            ("/", ActorPath::About(ActorPage::Banner)),
            ("/health", ActorPath::About(ActorPage::Health)),
            ("/metadata", ActorPath::About(ActorPage::Metadata)),
            ("/connect", ActorPath::Connect),
            ("/action/sendMessage", ActorPath::Action("sendMessage".to_owned())),
            ("/action/a.b%2Fc%20d", ActorPath::Action("a.b/c d".to_owned())),
            ("/queue/jobs", ActorPath::Queue("jobs".to_owned())),
            ("/request", ActorPath::Request("/".to_owned())),
            ("/request/", ActorPath::Request("/".to_owned())),
            ("/request/a//b%2F", ActorPath::Request("/a//b%2F".to_owned())),
            ("/websocket", ActorPath::WebSocket("/".to_owned())),
            ("/websocket/stream/x", ActorPath::WebSocket("/stream/x".to_owned())),
            ("/action", unknown("/action")),
            ("/action/", unknown("/action/")),
            ("/action/a/b", unknown("/action/a/b")),
            ("/action/%ff", unknown("/action/%ff")),
            ("/connect/x", unknown("/connect/x")),
            ("//connect", unknown("//connect")),
            ("/nope", unknown("/nope")),
        ] {
            assert_eq!(ActorPath::parse(path), route, "{path}");
        }
    }
}
