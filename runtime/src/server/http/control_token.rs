//! The control token: what it may be, and whether a request has it.

use http::{HeaderMap, HeaderName, header};
use subtle::{Choice, ConstantTimeEq as _};

/// The token that switches the whole control API on, with zeros after its end.
#[derive(Clone)]
pub(crate) struct ControlToken {
    bytes: [u8; ControlToken::LONGEST],
    length: usize,
}

/// A text that cannot be the control token.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub(crate) enum ControlTokenError {
    #[error(
        "the control token is empty: whoever reaches the server could list and destroy its actors. Is the variable set that \
         it comes from? Without `Registry::control`, nobody can"
    )]
    Empty,
    #[error(
        "the control token has {0} characters, and is easily guessed: take at least {shortest} at random, as \
         `openssl rand -hex 16` prints",
        shortest = ControlToken::SHORTEST
    )]
    Short(usize),
    #[error("the control token has {0} characters: take {longest} at most", longest = ControlToken::LONGEST)]
    Long(usize),
    #[error(
        "the control token has a character that no header can carry: take letters, digits and signs of ASCII, without spaces"
    )]
    Unsendable,
}

impl ControlToken {
    /// In characters. Fewer could be found by trying, at the rate at which a server answers.
    const SHORTEST: usize = 16;
    /// In bytes.
    const LONGEST: usize = 256;

    pub(crate) fn new(text: &str) -> Result<Self, ControlTokenError> {
        match text.len() {
            0 => Err(ControlTokenError::Empty),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => Err(ControlTokenError::Unsendable),
            length if length < Self::SHORTEST => Err(ControlTokenError::Short(length)),
            length if length > Self::LONGEST => Err(ControlTokenError::Long(length)),
            _ => Ok(Self::padded(text.as_bytes())),
        }
    }

    /// Whether a request has it. RivetKit's clients send theirs in one of two headers.
    pub(in crate::server) fn is_in(&self, headers: &HeaderMap) -> bool {
        const RIVET: HeaderName = HeaderName::from_static("x-rivet-token");
        let bearers =
            headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| bearer(value.as_bytes()));
        let all = bearers.chain(headers.get_all(RIVET).iter().map(http::HeaderValue::as_bytes));
        all.fold(Choice::from(0), |found, token| found | self.is(token)).into()
    }

    /// Takes the same time whatever is right of the token, and however long it is.
    fn is(&self, token: &[u8]) -> Choice {
        let other = Self::padded(token);
        // The length counts what is beyond the bytes that are kept, too.
        self.bytes.ct_eq(&other.bytes) & (self.length as u64).ct_eq(&(other.length as u64))
    }

    fn padded(token: &[u8]) -> Self {
        let (mut bytes, kept) = ([0; Self::LONGEST], token.len().min(Self::LONGEST));
        bytes[..kept].copy_from_slice(&token[..kept]);
        Self { bytes, length: token.len() }
    }
}

/// The token of `Authorization: Bearer ..`, whose scheme is written in any case.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(b"Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";

    #[test]
    fn a_token_that_is_empty_short_long_or_unsendable_is_none() {
        let error = |text: &str| ControlToken::new(text).err();
        assert_eq!(error(""), Some(ControlTokenError::Empty));
        assert_eq!(error("default"), Some(ControlTokenError::Short(7)));
        assert_eq!(error(&"x".repeat(15)), Some(ControlTokenError::Short(15)));
        assert_eq!(error(&"x".repeat(16)), None);
        assert_eq!(error(&"x".repeat(256)), None);
        assert_eq!(error(&"x".repeat(257)), Some(ControlTokenError::Long(257)));
        for text in ["0123456789 abcdef", "0123456789abcdef\n", "0123456789abcdé", " "] {
            assert_eq!(error(text), Some(ControlTokenError::Unsendable), "{text:?}");
        }
    }

    #[test]
    fn the_token_counts_in_either_header_and_no_other_does() {
        let token = ControlToken::new(TOKEN).expect("it is one");
        let is_let_in = |headers: &[(&'static str, &str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().expect("it is a value"));
            }
            token.is_in(&map)
        };
        for headers in [
            &[("authorization", "Bearer 0123456789abcdef")][..],
            &[("authorization", "bearer  0123456789abcdef ")],
            &[("x-rivet-token", TOKEN)],
            &[("x-rivet-token", "default"), ("x-rivet-token", TOKEN)],
            &[("authorization", "Basic YTpi"), ("x-rivet-token", TOKEN)],
        ] {
            assert!(is_let_in(headers), "{headers:?}");
        }
        let longer = format!("{TOKEN}{TOKEN}");
        let (zeros, huge) = ("0".repeat(16), format!("{TOKEN}{}", "x".repeat(10_000)));
        for wrong in ["", "default", "0123456789abcde", "0123456789abcdeF", &longer, &zeros, &huge] {
            assert!(!is_let_in(&[("x-rivet-token", wrong)]), "{wrong}");
            assert!(!is_let_in(&[("authorization", &format!("Bearer {wrong}"))]), "{wrong}");
        }
        for headers in [
            &[][..],
            &[("authorization", TOKEN)],
            &[("authorization", "Bearer0123456789abcdef")],
            &[("authorization", "Basic 0123456789abcdef")],
            &[("x-rivet-token", "Bearer 0123456789abcdef")],
            &[("x-rivet-actor", TOKEN)],
        ] {
            assert!(!is_let_in(headers), "{headers:?}");
        }
        // A token that fills what is kept is not met by one that only begins like it.
        let full = ControlToken::new(&"x".repeat(256)).expect("it is one");
        assert!(bool::from(full.is(&[b'x'; 256])));
        assert!(!bool::from(full.is(&[b'x'; 257])));
        assert!(!bool::from(full.is(&[b'x'; 255])));
    }
}
