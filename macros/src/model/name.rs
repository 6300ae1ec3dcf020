//! Names: on the wire, of variants, of arguments.

use heck::{ToLowerCamelCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::Span;
use syn::{Ident, ext::IdentExt};

/// A Rust name on the wire: `send_message` and `SendMessage` become `sendMessage`.
pub(crate) fn wire(name: &Ident) -> String {
    let rust = name.unraw().to_string();
    let camel = rust.to_lower_camel_case();
    if camel.is_empty() { rust } else { camel }
}

/// The variant for a method: `send_message` becomes `SendMessage`.
pub(crate) fn variant(method: &Ident) -> Ident {
    let rust = method.unraw().to_string();
    let camel = rust.to_upper_camel_case();
    ident(&camel, method.span())
        .unwrap_or_else(|| ident(&format!("{camel}_"), method.span()).unwrap_or(method.clone()))
}

/// The listener's method for a variant: `MessageReceived` becomes `message_received`.
pub(crate) fn method(variant: &Ident) -> Ident {
    let snake = variant.unraw().to_string().to_snake_case();
    let ident = |text: String| ident(&text, variant.span());
    ident(snake.clone())
        .or_else(|| ident(format!("r#{snake}")))
        .or_else(|| ident(format!("{snake}_")))
        .unwrap_or_else(|| variant.clone())
}

/// The name of an argument in stubs: without the underscore by which a method says that it does not use it.
pub(crate) fn argument(name: &Ident) -> Option<Ident> {
    let rust = name.unraw().to_string();
    let bare = rust.trim_start_matches('_');
    if bare == rust {
        return Some(name.clone());
    }
    ident(bare, name.span()).or_else(|| ident(&format!("r#{bare}"), name.span()))
}

/// The text as an identifier; `None` if it is none.
pub(crate) fn ident(text: &str, span: Span) -> Option<Ident> {
    let mut ident: Ident = syn::parse_str(text).ok()?;
    ident.set_span(span);
    Some(ident)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(name: &str) -> Ident {
        Ident::new_raw(name, Span::call_site())
    }

    #[test]
    fn wire_names_are_camel_case() {
        for (name, expected) in [
            ("send_message", "sendMessage"),
            ("ChatRoom", "chatRoom"),
            ("type", "type"),
            ("__", "__"),
            ("get_2d", "get2d"),
        ] {
            assert_eq!(wire(&Ident::new(name, Span::call_site())), expected);
        }
        assert_eq!(wire(&rust("match")), "match");
    }

    #[test]
    fn variants_are_identifiers() {
        for (name, expected) in [("send_message", "SendMessage"), ("self_", "Self_"), ("__", "__")] {
            assert_eq!(variant(&Ident::new(name, Span::call_site())), expected);
        }
    }

    #[test]
    fn methods_are_identifiers() {
        for (variant, expected) in
            [("MessageReceived", "message_received"), ("Move", "r#move"), ("Super", "super_")]
        {
            assert_eq!(method(&Ident::new(variant, Span::call_site())), expected);
        }
    }

    #[test]
    fn arguments_lose_their_underscore() {
        let bare = |name: &str| argument(&Ident::new(name, Span::call_site())).map(|name| name.to_string());
        assert_eq!(bare("_user_id").as_deref(), Some("user_id"));
        assert_eq!(bare("_type").as_deref(), Some("r#type"));
        assert_eq!(bare("_1"), None);
    }
}
