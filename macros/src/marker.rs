//! The attributes on methods of the block: `#[action]`, and one for each hook.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Attribute, Path};

use crate::{errors::Errors, type_to_string::type_to_string, typo};

/// What a method is, by its attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    Action,
    OnCreate,
    OnBeforeConnect,
    OnConnect,
    OnDisconnect,
    OnSubscribe,
    OnWake,
    OnSleep,
    OnDestroy,
    OnStateChange,
    OnMigrate,
    Run,
    OnRequest,
    OnWebsocket,
}

const MARKERS: &[(&str, Marker)] = &[
    ("action", Marker::Action),
    ("on_create", Marker::OnCreate),
    ("on_before_connect", Marker::OnBeforeConnect),
    ("on_connect", Marker::OnConnect),
    ("on_disconnect", Marker::OnDisconnect),
    ("on_subscribe", Marker::OnSubscribe),
    ("on_wake", Marker::OnWake),
    ("on_sleep", Marker::OnSleep),
    ("on_destroy", Marker::OnDestroy),
    ("on_state_change", Marker::OnStateChange),
    ("on_migrate", Marker::OnMigrate),
    ("run", Marker::Run),
    ("on_request", Marker::OnRequest),
    ("on_websocket", Marker::OnWebsocket),
];

impl Marker {
    /// The marker that this attribute is, if it is one of ours.
    pub(crate) fn of(attr: &Attribute) -> Option<Self> {
        Self::named(&name_of(attr.path())?)
    }

    /// The marker that this attribute is probably a misspelling of.
    pub(crate) fn meant(attr: &Attribute) -> Option<Self> {
        let name = name_of(attr.path())?;
        if is_builtin_attribute(&name) {
            return None;
        }
        let names: Vec<_> = MARKERS.iter().map(|(known, _)| *known).collect();
        Self::named(typo::nearest(&name, &names)?)
    }

    /// The marker of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        MARKERS.iter().find(|(known, _)| *known == name).map(|(_, marker)| *marker)
    }

    /// The attribute's name: `on_connect`.
    pub(crate) fn name(self) -> &'static str {
        MARKERS.iter().find(|(_, marker)| *marker == self).map_or("", |(name, _)| name)
    }
}

/// Removes our attribute from those of a method, and returns it. A second one is reported.
pub(crate) fn take(attrs: &mut Vec<Attribute>, errors: &Errors<'_>) -> Option<(Marker, Attribute)> {
    let mut found: Option<(Marker, Attribute)> = None;
    for attr in std::mem::take(attrs) {
        let Some(marker) = Marker::of(&attr).or_else(|| misspelt(&attr, errors)) else {
            attrs.push(attr);
            continue;
        };
        if let Some((first, _)) = &found {
            let first = first.name();
            errors.report(
                &attr,
                format_args!("this method is `#[{first}]` already"),
                "write a method for each",
            );
        } else {
            found = Some((marker, attr));
        }
    }
    found
}

fn misspelt(attr: &Attribute, errors: &Errors<'_>) -> Option<Marker> {
    let marker = Marker::meant(attr)?;
    let name = marker.name();
    let found = type_to_string(attr.path());
    errors.report(
        attr.path(),
        format_args!("there is no attribute `{found}`"),
        format_args!("did you mean `{name}`?"),
    );
    Some(marker)
}

/// Whether rustc has an attribute of this name, so that it is not a misspelling of ours.
fn is_builtin_attribute(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "allow",
        "cfg",
        "cfg_attr",
        "cold",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "forbid",
        "inline",
        "must_use",
        "test",
        "track_caller",
        "warn",
    ];
    NAMES.contains(&name)
}

/// The name of the attribute: `action` for `action` and for `callboard::action`.
fn name_of(path: &Path) -> Option<String> {
    let last = path.segments.last()?;
    let is_ours = path.segments.len() == 1 || path.segments.first()?.ident == "callboard";
    is_ours.then(|| last.ident.to_string())
}

/// The expansion of the attribute itself, which only happens outside of an `#[actor]`: the item, and an error.
pub(crate) fn misplaced(name: &str, item: &TokenStream) -> TokenStream {
    let help = "write `#[actor]` on the `impl` block of the actor, and this inside of it";
    let message = format!("`#[{name}]` is part of an `#[actor]`, and here is none\nhelp: {help}");
    let error = syn::Error::new(Span::call_site(), message).to_compile_error();
    quote!(#item #error)
}
