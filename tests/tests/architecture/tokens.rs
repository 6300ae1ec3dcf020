//! Rust source as tokens: as much of them as it takes to read paths.

/// What is left of the source without white space, comments, numbers and characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// An identifier or a keyword, without `r#`.
    Word(String),
    /// `::`
    PathSep,
    /// The text of a string literal.
    Text(String),
    Punct(char),
}

impl Token {
    pub(crate) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn is(&self, punct: char) -> bool {
        *self == Self::Punct(punct)
    }
}

pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader { rest: source };
    let mut tokens = Vec::new();
    while !reader.rest.is_empty() {
        tokens.extend(reader.next());
    }
    tokens
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// Takes one token, or something that is none.
    fn next(&mut self) -> Option<Token> {
        let first = self.rest.chars().next()?;
        if self.rest.starts_with("//") {
            let line = self.rest.find('\n').unwrap_or(self.rest.len());
            self.skip(line);
            None
        } else if self.rest.starts_with("/*") {
            self.skip_block_comment();
            None
        } else if let Some(hashes) = raw_string(self.rest) {
            Some(self.raw_text(hashes))
        } else if self.rest.starts_with("b\"") || self.rest.starts_with("c\"") {
            self.skip(1);
            Some(self.text())
        } else if first == '"' {
            Some(self.text())
        } else if first == '\'' {
            self.skip_char_or_lifetime();
            None
        } else if first.is_alphanumeric() || first == '_' {
            self.word()
        } else if self.rest.starts_with("::") {
            self.skip(2);
            Some(Token::PathSep)
        } else {
            self.skip(first.len_utf8());
            (!first.is_whitespace()).then_some(Token::Punct(first))
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    /// They may be nested.
    fn skip_block_comment(&mut self) {
        let mut depth = 0;
        loop {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.skip(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
            } else {
                self.skip(self.rest.chars().next().map_or(0, char::len_utf8));
            }
            if depth == 0 || self.rest.is_empty() {
                return;
            }
        }
    }

    fn text(&mut self) -> Token {
        let mut escaped = false;
        let end = self.rest[1..].find(|letter| {
            let ends = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends
        });
        let end = end.map_or(self.rest.len(), |end| end + 1);
        let text = self.rest[1..end].to_owned();
        self.skip((end + 1).min(self.rest.len()));
        Token::Text(text)
    }

    /// `r#".."#`, with so many hashes.
    fn raw_text(&mut self, hashes: usize) -> Token {
        let start = self.rest.find('"').unwrap_or(0) + 1;
        let close = format!("\"{}", "#".repeat(hashes));
        let length = self.rest[start..].find(&close).unwrap_or(self.rest.len() - start);
        let text = self.rest[start..start + length].to_owned();
        self.skip((start + length + close.len()).min(self.rest.len()));
        Token::Text(text)
    }

    fn skip_char_or_lifetime(&mut self) {
        let mut letters = self.rest.char_indices().skip(1);
        let (_, first) = letters.next().unwrap_or((0, ' '));
        let after = letters.next();
        if first == '\\' {
            // The escaped letter, then everything up to the quote: `'\u{1F600}'`.
            let start = letters.next().map_or(self.rest.len(), |(at, _)| at);
            let end = self.rest[start..].find('\'').map_or(self.rest.len(), |end| start + end + 1);
            self.skip(end);
        } else if let Some((at, '\'')) = after {
            self.skip(at + 1);
        } else {
            self.skip(1);
            self.word();
        }
    }

    /// A word, or a number, which is no token.
    fn word(&mut self) -> Option<Token> {
        let is_raw = self.rest.starts_with("r#");
        let text = if is_raw { &self.rest[2..] } else { self.rest };
        let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
        let word = text[..end].to_owned();
        self.skip(end + if is_raw { 2 } else { 0 });
        (!word.starts_with(|first: char| first.is_ascii_digit())).then_some(Token::Word(word))
    }
}

/// The number of hashes, if a raw string begins here.
fn raw_string(source: &str) -> Option<usize> {
    let after = ["r", "br", "cr"].iter().find_map(|prefix| source.strip_prefix(prefix))?;
    let hashes = after.chars().take_while(|letter| *letter == '#').count();
    after[hashes..].starts_with('"').then_some(hashes)
}
