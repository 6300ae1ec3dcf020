//! The items that `#[actor]` can be on, and the arguments that it has there.

/// An item that `#[actor]` can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// `impl ChatRoom { .. }`
    Block,
    /// `trait ChatRoom { .. }`
    Trait,
    /// `impl ChatRoom for Server { .. }`
    TraitImpl,
}

impl Target {
    /// The arguments of `#[actor]` on this item.
    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Block => &[
                "events",
                "queues",
                "name",
                "ephemeral",
                "durability",
                "save_interval",
                "sleep_timeout",
                "action_timeout",
                "hibernate",
                "vis",
                "crate",
            ],
            Self::Trait => &["events", "queues", "name", "params", "input", "crate"],
            Self::TraitImpl => &[
                "ephemeral",
                "durability",
                "save_interval",
                "sleep_timeout",
                "action_timeout",
                "hibernate",
                "crate",
            ],
        }
    }

    /// What to do instead, if `#[actor]` has this argument only on another item.
    pub(super) fn help_for_another_target(self, name: &str) -> Option<&'static str> {
        let is_known = |target: Self| target.arguments().contains(&name);
        if is_known(self) {
            return None;
        }
        match self {
            Self::Block if is_known(Self::Trait) => {
                Some("remove it: the hooks `#[on_before_connect]` and `#[on_create]` say what clients pass")
            }
            Self::Trait if name == "vis" => Some("remove it: what is made is as visible as the trait"),
            Self::Trait if is_known(Self::TraitImpl) => Some(
                "write it where the contract is implemented: how an actor lives is no business of clients",
            ),
            Self::TraitImpl if is_known(Self::Trait) || is_known(Self::Block) => {
                Some("write it at the trait: `#[actor(..)] trait ChatRoom { .. }` is the contract")
            }
            _ => None,
        }
    }
}
