//! Values that come from outside, as the log has them: keys, names, paths, headers, the texts of errors and panics.
//!
//! In the format of text a line feed in a key would begin a line of its own, which says whatever its sender likes;
//! ESC moves the reader's cursor, and U+202E turns the rest around. So every value that the library formats for the
//! log goes through [`shown`], harmless or not: its tracing macros have no `%` and no `?`, which a test looks for.

use std::fmt::{self, Display, Formatter, Write};

use tracing::field::{DisplayValue, display};

/// A value for a field of the log: on one line, with nothing hidden in it, and cut after [`LONGEST`] characters.
pub(crate) fn shown<T: Display>(value: T) -> DisplayValue<Shown<T>> {
    display(Shown(value))
}

/// Characters of one value, as they are written. Longer than any key or path that is meant.
pub(crate) const LONGEST: usize = 1024;

/// What [`shown`] shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<T>(T);

impl<T: Display> Display for Shown<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut line = Line { f, room: LONGEST, is_cut: false };
        match write!(line, "{}", self.0) {
            // The rest is not even formatted.
            Err(fmt::Error) if line.is_cut => f.write_str("..."),
            result => result,
        }
    }
}

struct Line<'a, 'b> {
    f: &'a mut Formatter<'b>,
    /// Characters that may still be written.
    room: usize,
    is_cut: bool,
}

impl Write for Line<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|char| self.write_char(char))
    }

    fn write_char(&mut self, char: char) -> fmt::Result {
        let escape = is_hidden(char).then(|| char.escape_default());
        let length = escape.as_ref().map_or(1, ExactSizeIterator::len);
        self.is_cut = length > self.room;
        if self.is_cut {
            return Err(fmt::Error);
        }
        self.room -= length;
        match escape {
            Some(mut escape) => escape.try_for_each(|char| self.f.write_char(char)),
            None => self.f.write_char(char),
        }
    }
}

/// Whether a character does something to what is around it, or cannot be seen.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(
            char,
            // Ends of lines and paragraphs; the others of them are control characters.
            '\u{2028}' | '\u{2029}'
            // Which way text runs.
            | '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
            // Of no width, and fillers that look like a space.
            | '\u{00ad}' | '\u{034f}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{feff}'
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
            // Annotations, and tags, which repeat ASCII invisibly.
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: impl Display) -> String {
        Shown(value).to_string()
    }

    #[test]
    fn what_would_begin_a_line_or_hide_something_is_escaped() {
        for (raw, expected) in [
            ("room/b\\/c \"d\" é 部屋 🎈", "room/b\\/c \"d\" é 部屋 🎈"),
            ("a\nb\r\nc\td\0", "a\\nb\\r\\nc\\td\\u{0}"),
            ("\u{1b}[31mred\u{9b}0m", "\\u{1b}[31mred\\u{9b}0m"),
            ("\u{7f}\u{85}\u{2028}\u{2029}\u{b}\u{c}", "\\u{7f}\\u{85}\\u{2028}\\u{2029}\\u{b}\\u{c}"),
            (
                "a\u{202e}b\u{2066}c\u{200f}d\u{feff}\u{200b}",
                "a\\u{202e}b\\u{2066}c\\u{200f}d\\u{feff}\\u{200b}",
            ),
            ("\u{e0041}", "\\u{e0041}"),
            ("", ""),
        ] {
            assert_eq!(text(raw), expected);
        }
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        assert_eq!(text("é".repeat(LONGEST)), "é".repeat(LONGEST));
        assert_eq!(text("é".repeat(LONGEST + 1)), "é".repeat(LONGEST) + "...");
        let feeds = text("\n".repeat(100_000));
        assert_eq!(feeds, "\\n".repeat(LONGEST / 2) + "...");
        // An escape is written whole or not at all.
        assert_eq!(text("x".repeat(LONGEST - 1) + "\n"), "x".repeat(LONGEST - 1) + "...");
    }

    /// Of a value of a megabyte, not all is formatted.
    #[test]
    fn what_is_beyond_the_cut_is_not_formatted() {
        struct Endless;
        impl Display for Endless {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("for ever and ")?;
                }
            }
        }
        assert_eq!(text(Endless).len(), LONGEST + 3);
    }

    #[test]
    fn an_error_of_the_value_itself_stays_one() {
        struct Broken;
        impl Display for Broken {
            fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
                Err(fmt::Error)
            }
        }
        assert!(write!(String::new(), "{}", Shown(Broken)).is_err());
    }
}
