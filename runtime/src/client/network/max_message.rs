//! The longest message that the server accepts, which it says in a header of its responses.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderMap;

use crate::{Fault, error::faults, wire::http::MAX_MESSAGE};

/// What the server said last; nothing is refused before.
#[derive(Debug, Default)]
pub(super) struct MaxMessage(AtomicUsize);

impl MaxMessage {
    /// Takes the limit from the headers of a response.
    pub(super) fn learn(&self, headers: &HeaderMap) {
        let told = headers.get(MAX_MESSAGE).and_then(|value| value.to_str().ok()?.parse().ok());
        if let Some(told) = told {
            self.0.store(told, Ordering::Relaxed);
        }
    }

    /// Refuses a call of this length as the server would, without sending it.
    pub(super) fn check(&self, length: usize) -> Result<(), Fault> {
        match self.0.load(Ordering::Relaxed) {
            limit @ 1.. if length > limit => Err(faults::call_too_long(length, limit)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_refused_before_the_server_has_told_and_what_is_no_number_tells_nothing() {
        let max = MaxMessage::default();
        let told =
            |value| HeaderMap::from_iter([(MAX_MESSAGE.parse().unwrap(), HeaderValue::from_static(value))]);
        for headers in [HeaderMap::new(), told(""), told("-1"), told("many"), told("0")] {
            max.learn(&headers);
            assert_eq!(max.check(usize::MAX), Ok(()));
        }
        max.learn(&told("100"));
        max.learn(&HeaderMap::new());
        assert_eq!(max.check(100), Ok(()));
        let fault = max.check(101).unwrap_err();
        assert!(fault.is("message", "incoming_too_long"), "{fault}");
        assert_eq!(fault.metadata(), Some(&json!({ "length": 101, "limit": 100 })));
    }
}
