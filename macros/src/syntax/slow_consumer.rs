//! The policy of an event for slow consumers: `Moved(slow = latest(by = player_id))`.

use syn::{Ident, Member, Token, ext::IdentExt, parenthesized, parse::ParseStream, token};

use super::argument::skip_argument;
use crate::{errors::Errors, typo};

/// What is done with an event when a client is too slow.
#[derive(Debug, Default, Clone)]
pub(crate) enum SlowConsumer {
    #[default]
    Disconnect,
    DropOldest,
    Latest,
    /// The latest for each value of this field.
    LatestBy(Member),
}

/// `(slow = ..)`
pub(super) fn parse(input: ParseStream<'_>, errors: &Errors<'_>) -> syn::Result<SlowConsumer> {
    let content;
    parenthesized!(content in input);
    let mut slow = None;
    while !content.is_empty() {
        let name = content.call(Ident::parse_any)?;
        if name != "slow" {
            typo::unknown_argument(&name, "events(..)", &["slow"], errors);
            skip_argument(&content);
        } else if slow.is_some() {
            errors.report(&name, "`slow` is given twice", "remove one of the two");
            skip_argument(&content);
        } else {
            content.parse::<Token![=]>()?;
            slow = Some(parse_policy(&content, errors)?);
        }
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(slow.unwrap_or_default())
}

/// `disconnect`, `drop_oldest`, `latest`, `latest(by = field)`
fn parse_policy(input: ParseStream<'_>, errors: &Errors<'_>) -> syn::Result<SlowConsumer> {
    const POLICIES: &[&str] = &["disconnect", "drop_oldest", "latest"];
    let way = input.call(Ident::parse_any)?;
    let slow = match way.to_string().as_str() {
        "disconnect" => SlowConsumer::Disconnect,
        "drop_oldest" => SlowConsumer::DropOldest,
        "latest" if input.peek(token::Paren) => match parse_key(input, errors)? {
            Some(field) => return Ok(SlowConsumer::LatestBy(field)),
            None => return Ok(SlowConsumer::Latest),
        },
        "latest" => SlowConsumer::Latest,
        unknown => {
            let help = match typo::nearest(unknown, POLICIES) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "it is one of `disconnect`, `drop_oldest`, `latest`, `latest(by = field)`".to_owned(),
            };
            errors.report(&way, format_args!("there is no `{unknown}` for slow consumers"), help);
            skip_argument(input);
            return Ok(SlowConsumer::Disconnect);
        }
    };
    if input.peek(token::Paren) {
        let rest: proc_macro2::TokenTree = input.parse()?;
        let help = format!("write `slow = {way}`; `latest(by = field)` is what has a key");
        errors.report(rest, format_args!("`{way}` takes nothing in parentheses"), help);
    }
    Ok(slow)
}

/// `(by = field)`
fn parse_key(input: ParseStream<'_>, errors: &Errors<'_>) -> syn::Result<Option<Member>> {
    let content;
    parenthesized!(content in input);
    let by = content.call(Ident::parse_any)?;
    if by != "by" {
        let help = "write `latest(by = field)`: the latest of each value of that field is kept";
        errors.report(by, "`latest` is told its field with `by`", help);
        skip_argument(&content);
        return Ok(None);
    }
    content.parse::<Token![=]>()?;
    let field = content.parse()?;
    if !content.is_empty() {
        return Err(content.error("the key is one field\nhelp: it may be a tuple or a struct of its own"));
    }
    Ok(Some(field))
}
