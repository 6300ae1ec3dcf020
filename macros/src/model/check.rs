//! The phase **check**: what is wrong with parts that are right one by one.

use std::{collections::HashMap, fmt::Display};

use quote::ToTokens;
use syn::{Ident, LitStr, Path, PathArguments, Type, ext::IdentExt};

use super::{Action, Event, Lifecycle, Queue};
use crate::{errors::Errors, syntax::Block};

/// The methods that the generated clients have themselves: a stub of that name would hide the method.
const RESERVED: &[&str] = &[
    "actor_id",
    "call",
    "clone",
    "close",
    "closed",
    "connect",
    "connect_with",
    "events",
    "id",
    "key",
    "listen",
    "on",
    "on_any",
    "on_error",
    "on_status_change",
    "once",
    "opened",
    "opened_within",
    "resolve",
    "send",
    "send_and_wait",
    "status",
    "tell",
    "updates",
    "with_params",
];

/// The actor's name and type; `None` if no actor can have such a block, which is reported.
pub(crate) fn header(block: &Block, errors: &Errors<'_>) -> Option<(Ident, Type)> {
    if !block.generics.params.is_empty() {
        let help =
            "write it for one concrete type: `type Lobby = Room<Chat>;` and `#[actor] impl Lobby { .. }`";
        errors.report(&block.generics, "an actor cannot be generic: it has one name and one contract", help);
        return None;
    }
    let name = match &block.self_ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    };
    let Some(name) = name.filter(|last| !matches!(last.arguments, PathArguments::Parenthesized(_))) else {
        let help = "put it on the `impl` block of a struct or an enum";
        errors.report(&block.self_ty, "an actor is a type with a name", help);
        return None;
    };
    Some((name.ident.clone(), block.self_ty.clone()))
}

/// Reports hooks that would never run.
pub(super) fn life(ephemeral: bool, life: &Lifecycle, errors: &Errors<'_>) {
    if let Some(migrate_hook) = life.on_migrate.as_ref().filter(|_| ephemeral) {
        let what = "an `ephemeral` actor is never saved, so there is no older state to migrate";
        errors.report(&migrate_hook.function, what, "remove the hook, or `ephemeral`");
    }
}

/// Whether the trait that a block implements can be a contract.
pub(crate) fn can_be_contract(trait_: &Path, errors: &Errors<'_>) -> bool {
    /// The usual traits of other crates. A contract is a trait of the user's.
    const FOREIGN: &[&str] = &[
        "Actor",
        "Clone",
        "Contract",
        "Debug",
        "Default",
        "Deref",
        "Deserialize",
        "Display",
        "Drop",
        "Error",
        "FromStr",
        "Future",
        "Hash",
        "Iterator",
        "Serialize",
    ];
    let is_foreign = trait_
        .segments
        .last()
        .is_some_and(|last| FOREIGN.contains(&last.ident.to_string().as_str()) || !last.arguments.is_empty());
    if is_foreign {
        let help = "put it on an `impl` block of the type's own: `impl ChatRoom { .. }`";
        errors.report(
            trait_,
            "`#[actor]` is not for the implementation of a trait that is no contract",
            help,
        );
    }
    !is_foreign
}

/// Reports actions with the same name, and names that the clients need themselves. Marks such actions as broken.
pub(crate) fn actions(actions: &mut [Action], actor: &Ident, errors: &Errors<'_>) {
    let mut wires: HashMap<String, (Ident, Option<LitStr>)> = HashMap::new();
    let mut variants: HashMap<String, Ident> = HashMap::new();
    for action in actions {
        let method = action.method.clone();
        if is_reserved(&method) {
            let help = format!(
                "rename the method; `#[action(name = \"{}\")]` keeps the name on the wire",
                action.wire
            );
            errors.report(
                &method,
                format_args!("`{method}` is a method of the clients, `{actor}Handle` and `{actor}Conn`"),
                help,
            );
            action.is_broken = true;
        }
        // Two methods with a `cfg` may exclude each other; if they do not, rustc reports it.
        if !action.attrs.cfgs.is_empty() {
            continue;
        }
        let named = (method.clone(), action.name.clone());
        if let Some((first, first_name)) = wires.insert(action.wire.clone(), named) {
            let help = "rename one of them, or write `#[action(name = \"..\")]`";
            let what = format!("`{first}` and `{method}` would both be action `{}` on the wire", action.wire);
            let name = action.name.as_ref().or(first_name.as_ref());
            at_name(name, &method, what, help, errors);
            action.is_broken = true;
        } else if let Some(first) = variants.insert(action.variant.to_string(), method.clone()) {
            let what = format!(
                "`{first}` and `{method}` would both be variant `{}` of `{actor}Action`",
                action.variant
            );
            errors.report(&method, what, "rename one of them");
            action.is_broken = true;
        }
    }
}

/// Reports a clash of names on the wire: at the name that the user chose, which is what to change, if there is one.
fn at_name(
    name: Option<&LitStr>,
    item: &impl ToTokens,
    what: impl Display,
    help: impl Display,
    errors: &Errors<'_>,
) {
    match name {
        Some(name) => errors.report(name, what, help),
        None => errors.report(item, what, help),
    }
}

/// Whether the clients have a method of this name.
pub(crate) fn is_reserved(method: &Ident) -> bool {
    RESERVED.contains(&method.unraw().to_string().as_str())
}

/// Reports types that are listed twice, and events with the same name. Returns the others.
pub(crate) fn events(events: Vec<Event>, errors: &Errors<'_>) -> Vec<Event> {
    let mut kept: Vec<Event> = Vec::new();
    for event in events {
        let clash = kept.iter().find_map(|first| Some((first, clash(first, &event)?)));
        match clash {
            Some((first, (what, help))) => {
                let name = event.name.as_ref().or(first.name.as_ref());
                let name = name.filter(|_| first.wire == event.wire && first.type_text != event.type_text);
                at_name(name, &event, what, help, errors);
            }
            None => kept.push(event),
        }
    }
    kept
}

fn clash(first: &Event, second: &Event) -> Option<(String, &'static str)> {
    if !first.cfgs.is_empty() && !second.cfgs.is_empty() {
        return None;
    }
    let Event { type_text, wire, variant, .. } = second;
    if first.type_text == *type_text {
        return Some((format!("`{type_text}` is listed twice"), "remove one of the two"));
    }
    if first.wire == *wire {
        let what =
            format!("`{}` and `{type_text}` would both be event `{wire}` on the wire", first.type_text);
        return Some((what, "give one of them another name: `events(A, B = \"wireName\")`"));
    }
    if first.method == second.method && first.variant != *variant {
        let what = format!(
            "`{}` and `{type_text}` would both be method `{}` of the listener",
            first.type_text, second.method
        );
        return Some((what, "import one of them under another name: `use other::Moved as OtherMoved;`"));
    }
    if first.variant == *variant {
        let what = format!(
            "`{}` and `{type_text}` would both be variant `{variant}` of the event enum",
            first.type_text
        );
        return Some((what, "import one of them under another name: `use other::Moved as OtherMoved;`"));
    }
    None
}

/// Reports types that are listed twice, and queues with the same name. Returns the others.
pub(crate) fn queues(queues: Vec<Queue>, errors: &Errors<'_>) -> Vec<Queue> {
    let mut kept: Vec<Queue> = Vec::new();
    for queue in queues {
        let Queue { type_text, wire, .. } = &queue;
        let of_same = |same: &dyn Fn(&Queue) -> bool| {
            let first = kept.iter().find(|first| same(first));
            first.filter(|first| first.cfgs.is_empty() || queue.cfgs.is_empty())
        };
        if of_same(&|first| first.type_text == *type_text).is_some() {
            errors.report(&queue, format_args!("`{type_text}` is listed twice"), "remove one of the two");
        } else if let Some(first) = of_same(&|first| first.wire == *wire) {
            let what =
                format!("`{}` and `{type_text}` would both be queue `{wire}` on the wire", first.type_text);
            let help = "give one of them another name: `queues(A, B = \"wireName\")`";
            at_name(queue.name.as_ref().or(first.name.as_ref()), &queue, what, help, errors);
        } else {
            kept.push(queue);
        }
    }
    kept
}
