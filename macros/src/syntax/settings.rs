//! The settings of an actor among the arguments of `#[actor(..)]`: when it is saved, when it sleeps.

use std::time::Duration;

use syn::{Ident, LitStr, Token, parse::ParseStream};

use crate::{errors::Errors, typo};

/// The settings that are given; for the others, the runtime has defaults.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) durability: Option<Durability>,
    pub(crate) save_interval: Option<Duration>,
    pub(crate) sleep_timeout: Option<Duration>,
    pub(crate) action_timeout: Option<Duration>,
    pub(crate) hibernate: bool,
    /// The names of those that are given, with their spans.
    given: Vec<Ident>,
}

/// The three kinds of durability, as in `callboard::Durability`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    Reply,
    Output,
    Relaxed,
}

impl Settings {
    /// Reads the argument of this name, if it is a setting, and returns whether it is.
    pub(super) fn parse_value_of(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
        match name.to_string().as_str() {
            "durability" => self.durability = Some(parse_durability(input)?),
            "save_interval" => self.save_interval = Some(parse_duration(input)?),
            "sleep_timeout" => self.sleep_timeout = Some(parse_duration(input)?),
            "action_timeout" => self.action_timeout = Some(parse_duration(input)?),
            "hibernate" => self.hibernate = true,
            _ => return Ok(false),
        }
        self.given.push(name.clone());
        Ok(true)
    }

    /// Whether no setting is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Reports settings that have no effect because of other ones.
    pub(super) fn check(&self, ephemeral: bool, errors: &Errors<'_>) {
        for name in self.given.iter().filter(|_| ephemeral) {
            if name == "durability" || name == "save_interval" {
                let what = format!("an `ephemeral` actor is never saved, so it has no `{name}`");
                errors.report(name, what, "remove one of the two");
            } else if name == "hibernate" {
                let what = "an `ephemeral` actor is gone when it sleeps, so it cannot `hibernate`";
                errors.report(name, what, "remove one of the two");
            }
        }
        let is_relaxed = self.durability == Some(Durability::Relaxed);
        if let Some(name) =
            self.given.iter().find(|name| *name == "save_interval" && !is_relaxed && !ephemeral)
        {
            let help = "write `durability = \"relaxed\"` too, or remove it";
            errors.report(name, "only a relaxed actor is saved by the clock: any other at each change", help);
        }
    }
}

fn parse_durability(input: ParseStream<'_>) -> syn::Result<Durability> {
    const NAMES: &[&str] = &["reply", "output", "relaxed"];
    const HELP: &str = "write `durability = \"reply\"`, `\"output\"` or `\"relaxed\"`";
    let literal = parse_string(input, "a durability is a string", HELP)?;
    let text = literal.value();
    Ok(match text.as_str() {
        "reply" => Durability::Reply,
        "output" => Durability::Output,
        "relaxed" => Durability::Relaxed,
        _ => {
            let help = match typo::nearest(&text, NAMES) {
                Some(near) => format!("did you mean `\"{near}\"`?"),
                None => HELP.to_owned(),
            };
            let message = format!("there is no durability `{text}`\nhelp: {help}");
            return Err(syn::Error::new_spanned(literal, message));
        }
    })
}

/// `= "30s"`
fn parse_duration(input: ParseStream<'_>) -> syn::Result<Duration> {
    const HELP: &str = "write a number above zero and a unit: `\"500ms\"`, `\"30s\"`, `\"5m\"` or `\"1h\"`";
    let literal = parse_string(input, "a duration is a string", HELP)?;
    let text = literal.value();
    duration(&text)
        .ok_or_else(|| syn::Error::new_spanned(literal, format!("`{text}` is not a duration\nhelp: {HELP}")))
}

fn parse_string(input: ParseStream<'_>, what: &str, help: &str) -> syn::Result<LitStr> {
    input.parse::<Token![=]>()?;
    if input.peek(LitStr) { input.parse() } else { Err(input.error(format!("{what}\nhelp: {help}"))) }
}

fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|digit: char| !digit.is_ascii_digit())?);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let ms = number.parse::<u64>().ok()?.checked_mul(unit_ms)?;
    (ms > 0).then(|| Duration::from_millis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        for (text, ms) in [("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("1h", 3_600_000)] {
            assert_eq!(duration(text), Some(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "s", "30", "30 s", "-1s", "1.5s", "0s", "1d", "30S", "99999999999999999999h"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
