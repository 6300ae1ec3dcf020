//! The text of a type, as a person would write it.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// `HashMap<String, Vec<u8>>` and not `HashMap < String , Vec < u8 > >`.
pub(crate) fn type_to_string(ty: &impl ToTokens) -> String {
    let mut text = String::new();
    write(ty.to_token_stream(), &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::Brace => ("{", "}"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ',' | ';' => {
                    text.extend([punct.as_char(), ' ']);
                }
                '+' | '=' => text.extend([' ', punct.as_char(), ' ']),
                other => text.push(other),
            },
            word => {
                if text.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_people_do() {
        for ty in [
            "HashMap<String, Vec<u8>>",
            "(u32, Option<bool>)",
            "[u8; 4]",
            "std::io::Error",
            "Box<dyn Error + Send>",
            "&'static mut T",
        ] {
            let parsed: syn::Type = syn::parse_str(ty).expect("a type");
            assert_eq!(type_to_string(&parsed), ty);
        }
    }
}
