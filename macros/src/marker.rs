//! The attributes inside the block: `#[action]` and its sisters.

use syn::{Attribute, Path};

use crate::typo;

/// What an attribute makes of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    Action,
    OnCreate,
    OnBeforeConnect,
    OnConnect,
    OnDisconnect,
    OnWake,
    OnSleep,
    OnDestroy,
    OnStateChange,
    OnMigrate,
    Run,
    /// In the design, but not in this version.
    Planned(&'static str),
}

/// The name of every attribute that is ours.
pub(crate) const ALL: &[&str] = &[
    "action",
    "on_create",
    "on_before_connect",
    "on_connect",
    "on_disconnect",
    "on_wake",
    "on_sleep",
    "on_destroy",
    "on_state_change",
    "on_migrate",
    "run",
    "on_request",
    "on_websocket",
];

impl Marker {
    /// What this attribute is to us, if it is ours.
    pub(crate) fn of(attr: &Attribute) -> Option<Self> {
        Self::named(&name_of(attr.path())?)
    }

    /// What this attribute was probably meant to be.
    pub(crate) fn meant(attr: &Attribute) -> Option<(Self, &'static str)> {
        let name = name_of(attr.path())?;
        if crate::model::is_builtin_attribute(&name) {
            return None;
        }
        let near = typo::nearest(&name, ALL)?;
        Some((Self::named(near)?, near))
    }

    fn named(name: &str) -> Option<Self> {
        let name = ALL.iter().find(|known| **known == name)?;
        Some(match *name {
            "action" => Self::Action,
            "on_create" => Self::OnCreate,
            "on_before_connect" => Self::OnBeforeConnect,
            "on_connect" => Self::OnConnect,
            "on_disconnect" => Self::OnDisconnect,
            "on_wake" => Self::OnWake,
            "on_sleep" => Self::OnSleep,
            "on_destroy" => Self::OnDestroy,
            "on_state_change" => Self::OnStateChange,
            "on_migrate" => Self::OnMigrate,
            "run" => Self::Run,
            planned => Self::Planned(planned),
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::OnCreate => "on_create",
            Self::OnBeforeConnect => "on_before_connect",
            Self::OnConnect => "on_connect",
            Self::OnDisconnect => "on_disconnect",
            Self::OnWake => "on_wake",
            Self::OnSleep => "on_sleep",
            Self::OnDestroy => "on_destroy",
            Self::OnStateChange => "on_state_change",
            Self::OnMigrate => "on_migrate",
            Self::Run => "run",
            Self::Planned(name) => name,
        }
    }
}

/// `action` of `action` and of `callboard::action`.
fn name_of(path: &Path) -> Option<String> {
    let last = path.segments.last()?;
    let is_ours = path.segments.len() == 1 || path.segments.first()?.ident == "callboard";
    is_ours.then(|| last.ident.to_string())
}
