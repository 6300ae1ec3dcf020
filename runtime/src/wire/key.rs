//! Keys as text: the slash form of the control API and of headers, the comma form of gateway addresses.
//!
//! | key | slash form | comma form |
//! |---|---|---|
//! | `[]` | `/` | (no parameter at all) |
//! | `["room", "b/c", "d,e"]` | `room/b\/c/d,e` | `room,b/c,d\,e` |
//! | `["", "a\"]` | `\0/a\\` | `\0,a\\` |

use crate::Key;

/// The key as the control API and the header `x-rivet-actor-key` write it.
#[must_use]
pub fn to_slash_form(key: &Key) -> String {
    if key.parts().is_empty() { "/".to_owned() } else { join(key, '/') }
}

/// The key back from its slash form. Any text is some key.
#[must_use]
pub fn from_slash_form(text: &str) -> Key {
    if text == "/" || text.is_empty() { Key::default() } else { split(text, '/') }
}

/// The key as the parameter `rvt-key` of a gateway address; `None` for the empty key, which leaves it out.
#[must_use]
pub fn to_comma_form(key: &Key) -> Option<String> {
    (!key.parts().is_empty()).then(|| join(key, ','))
}

/// The key back from its comma form, which is absent for the empty key. Any text is some key, also what
/// clients send that never escape.
#[must_use]
pub fn from_comma_form(text: &str) -> Key {
    split(text, ',')
}

/// Joins the parts, escaped so that [`split`] finds them again.
fn join(key: &Key, separator: char) -> String {
    let mut text = String::new();
    for (index, part) in key.parts().iter().enumerate() {
        if index > 0 {
            text.push(separator);
        }
        if part.is_empty() {
            text.push_str("\\0");
        }
        for char in part.chars() {
            if char == '\\' || char == separator {
                text.push('\\');
            }
            text.push(char);
        }
    }
    text
}

/// Splits at separators that are not escaped. A backslash before anything but itself and the separator stands
/// for itself, and a part written `\0` is empty.
fn split(text: &str, separator: char) -> Key {
    let mut parts = Vec::new();
    let (mut part, mut start) = (String::new(), 0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let escaped = chars.next_if(|&(_, next)| char == '\\' && (next == '\\' || next == separator));
        if let Some((_, escaped)) = escaped {
            part.push(escaped);
        } else if char == separator {
            parts.push(finished(std::mem::take(&mut part), &text[start..at]));
            start = at + char.len_utf8();
        } else {
            part.push(char);
        }
    }
    parts.push(finished(part, &text[start..]));
    parts.into_iter().collect()
}

fn finished(part: String, raw: &str) -> String {
    if raw == "\\0" { String::new() } else { part }
}
