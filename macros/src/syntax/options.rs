//! The arguments of `#[actor(..)]`.

use syn::{
    Attribute, Ident, LitStr, Path, Token, Type, Visibility,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser},
    token::{self, Paren},
};

use super::{
    Settings, SlowConsumer, Target,
    argument::{parse_name, parse_value, skip_argument},
    slow_consumer,
};
use crate::{errors::Errors, typo};

/// What
/// `#[actor(name = "..", events(..), queues(..), ephemeral, sleep_timeout = "30s", vis = pub(crate), crate = path)]`
/// has.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) events: Vec<EventEntry>,
    pub(crate) queues: Vec<QueueEntry>,
    pub(crate) name: Option<LitStr>,
    /// What clients pass to `connect`. Only for a trait: an `impl` block has a hook with that type.
    pub(crate) params: Option<Type>,
    /// What clients pass when they create an actor. Only for a trait, likewise.
    pub(crate) input: Option<Type>,
    pub(crate) ephemeral: bool,
    pub(crate) settings: Settings,
    pub(crate) vis: Option<Visibility>,
    pub(crate) krate: Option<Path>,
}

/// `MessageReceived`, `path::Moved = "moved"`, or `Moved(slow = latest(by = player_id))`.
#[derive(Debug)]
pub(crate) struct EventEntry {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ty: Type,
    pub(crate) name: Option<LitStr>,
    pub(crate) slow: SlowConsumer,
}

/// `Mail`, or `path::Job -> Done = "jobs"`.
#[derive(Debug)]
pub(crate) struct QueueEntry {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ty: Type,
    pub(crate) response: Option<Type>,
    pub(crate) name: Option<LitStr>,
}

impl Options {
    /// Reads every argument that can be read, and reports the others.
    pub(crate) fn parse(args: proc_macro2::TokenStream, target: Target, errors: &Errors<'_>) -> Self {
        let mut options = Self::default();
        let parser = |input: ParseStream<'_>| {
            let mut seen = Vec::new();
            while !input.is_empty() {
                options.parse_one(input, target, &mut seen, errors)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(args) {
            errors.push(error);
        }
        options.settings.check(options.ephemeral, errors);
        options
    }

    fn parse_one(
        &mut self,
        input: ParseStream<'_>,
        target: Target,
        seen: &mut Vec<Ident>,
        errors: &Errors<'_>,
    ) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        if seen.contains(&name) {
            errors.report(&name, format_args!("`{name}` is given twice"), "remove one of the two");
        }
        if let Some(help) = target.help_for_another_target(&name.to_string()) {
            errors.report(&name, format_args!("`{name}` is no argument of `#[actor]` here"), help);
            skip_argument(input);
        } else if let Some((what, help)) = shape_error(&name.to_string(), input) {
            errors.report(&name, what, help);
            skip_argument(input);
        } else if let Err(error) = self.parse_value_of(&name, target, input, errors) {
            errors.push(error);
            skip_argument(input);
        }
        seen.push(name);
        Ok(())
    }

    fn parse_value_of(
        &mut self,
        name: &Ident,
        target: Target,
        input: ParseStream<'_>,
        errors: &Errors<'_>,
    ) -> syn::Result<()> {
        match name.to_string().as_str() {
            "events" => self.events.extend(parse_list(input, |input| parse_event(input, errors))?),
            "queues" => self.queues.extend(parse_list(input, parse_queue)?),
            "name" => self.name = Some(parse_name(input)?),
            "params" => self.params = Some(parse_value(input)?),
            "input" => self.input = Some(parse_value(input)?),
            "ephemeral" => self.ephemeral = true,
            "vis" => self.vis = Some(parse_value(input)?),
            "crate" => {
                input.parse::<Token![=]>()?;
                self.krate = Some(input.call(Path::parse_mod_style)?);
            }
            _ if self.settings.parse_value_of(name, input)? => {}
            _ => {
                typo::unknown_argument(name, "#[actor]", target.arguments(), errors);
                skip_argument(input);
            }
        }
        Ok(())
    }
}

/// What is wrong with what follows the name of an argument, and help: it takes no value, a value or a list.
fn shape_error(name: &str, input: ParseStream<'_>) -> Option<(String, String)> {
    match name {
        "ephemeral" | "hibernate" if input.peek(Token![=]) || input.peek(Paren) => {
            Some((format!("`{name}` takes no value"), format!("write `{name}` alone, or remove it")))
        }
        "events" if !input.peek(Paren) => {
            Some(("`events` takes a list".to_owned(), "write `events(MessagePosted, UserJoined)`".to_owned()))
        }
        "queues" if !input.peek(Paren) => {
            Some(("`queues` takes a list".to_owned(), "write `queues(Job -> Done, Mail)`".to_owned()))
        }
        "name" | "durability" | "save_interval" | "sleep_timeout" | "action_timeout" | "params" | "input"
        | "vis" | "crate"
            if !input.peek(Token![=]) =>
        {
            Some((format!("`{name}` takes a value"), format!("write `{name} = ..`")))
        }
        _ => None,
    }
}

/// `(entry, entry, ..)`
fn parse_list<T>(
    input: ParseStream<'_>,
    entry: impl Fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let content;
    parenthesized!(content in input);
    let mut entries = Vec::new();
    while !content.is_empty() {
        entries.push(entry(&content)?);
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(entries)
}

fn parse_event(input: ParseStream<'_>, errors: &Errors<'_>) -> syn::Result<EventEntry> {
    let attrs = input.call(Attribute::parse_outer)?;
    let ty = parse_event_type(input)?;
    let slow =
        if input.peek(token::Paren) { slow_consumer::parse(input, errors)? } else { SlowConsumer::default() };
    let name = if input.peek(Token![=]) { Some(parse_name(input)?) } else { None };
    Ok(EventEntry { attrs, ty, name, slow })
}

/// A type, without parentheses after it: in `Moved(slow = ..)` they are not part of the type, as they are in `Fn(A)`.
fn parse_event_type(input: ParseStream<'_>) -> syn::Result<Type> {
    let ahead = input.fork();
    if ahead.call(Path::parse_mod_style).is_ok() && ahead.peek(token::Paren) {
        let path = input.call(Path::parse_mod_style)?;
        return Ok(syn::parse_quote!(#path));
    }
    input.parse()
}

fn parse_queue(input: ParseStream<'_>) -> syn::Result<QueueEntry> {
    let attrs = input.call(Attribute::parse_outer)?;
    let ty = input.parse()?;
    let has_response = input.parse::<Option<Token![->]>>()?.is_some();
    let response = if has_response { Some(input.parse()?) } else { None };
    let name = if input.peek(Token![=]) { Some(parse_name(input)?) } else { None };
    Ok(QueueEntry { attrs, ty, response, name })
}
