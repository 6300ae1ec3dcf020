//! Groups and codes: which are for users, and which are the framework's.

use std::borrow::Cow;

use crate::{Fault, error::Code};

/// Groups of which the framework says what they mean. RivetKit's clients send a call again at some codes of the first
/// four, so a fault of one of these that came from an action could have it run twice.
const RESERVED: [&str; 13] = [
    "actor",
    "guard",
    "ws",
    "client",
    "api",
    "callboard",
    "connection",
    "http",
    "message",
    "namespace",
    "queue",
    "rivetkit",
    "store",
];

/// Both fit into the reason of a close frame, which is `group.code` and has 123 bytes at most.
const LONGEST: usize = 60;

/// A group or a code that a fault cannot have, from [`Fault::try_new`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultNameError {
    /// The group is the framework's.
    #[error(
        "group `{0}` is callboard's own, and clients may send a call again that fails with it: \
         take a group of yours, such as `app` or `auth`, or declare the error with `#[derive(ActorError)]`"
    )]
    Reserved(String),
    /// The group or the code is no name.
    #[error(
        "`{0}` is no name for the group or the code of a fault: \
         take 1 to 60 letters, digits, `_` and `-` of ASCII, and put the rest into its message"
    )]
    NoName(String),
}

impl Fault {
    /// An error for clients: it keeps its group, its code and its message on its way to them, from actions, hooks and
    /// raw requests.
    ///
    /// ```
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Vault { open: bool }
    /// #[actor]
    /// impl Vault {
    ///     #[action]
    ///     fn open(&mut self, word: String) -> Result<(), Fault> {
    ///         if word != "sesame" {
    ///             return Err(Fault::new("auth", "forbidden", "This is not the word."));
    ///         }
    ///         self.open = true;
    ///         Ok(())
    ///     }
    /// }
    /// ```
    ///
    /// Errors that clients tell apart are better declared, with [`#[derive(ActorError)]`](macro@crate::ActorError):
    /// the Rust client gets them back as they were.
    ///
    /// Its HTTP status is 403 for the code `forbidden`, and 400 for others, unless it is
    /// [told another one](Self::with_status).
    ///
    /// # Panics
    ///
    /// If the group is one of callboard's own (`actor`, `api`, `callboard`, `client`, `connection`, `guard`, `http`,
    /// `message`, `namespace`, `queue`, `rivetkit`, `store` and `ws`), whose codes clients act upon; or if the group
    /// or the code is not of 1 to 60 letters, digits, `_` and `-`. Names that the program does not write itself are
    /// for [`try_new`](Self::try_new).
    #[track_caller]
    #[must_use]
    pub fn new(group: &'static str, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::try_new(group, code, message).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same for names that are known at run time only.
    pub fn try_new(
        group: impl Into<Cow<'static, str>>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Result<Self, FaultNameError> {
        let (group, code) = (group.into(), code.into());
        if is_reserved(&group) {
            return Err(FaultNameError::Reserved(group.into_owned()));
        }
        for name in [&group, &code] {
            if !is_name(name) {
                return Err(FaultNameError::NoName(name.to_string()));
            }
        }
        Ok(Self::from_parts(group, code, message))
    }

    /// Whether the framework says what its group means.
    pub(crate) fn is_reserved(&self) -> bool {
        is_reserved(self.group())
    }

    /// What an action or a hook returns that passes on a fault, be it of its own or one that it met.
    ///
    /// One of the framework's is about another call than the one that is answered with it, and is internal to it.
    pub(crate) fn passed_on(&self) -> Self {
        if !self.is_reserved() || self.has(Code::Internal) {
            return self.clone();
        }
        Self::internal(self).with_cause(Some(std::sync::Arc::new(self.clone())))
    }
}

fn is_reserved(group: &str) -> bool {
    RESERVED.contains(&group)
}

fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_the_framework_is_refused_with_the_way_out() {
        for group in RESERVED {
            let error = Fault::try_new(group, "stopping", "").expect_err(group);
            assert_eq!(error, FaultNameError::Reserved(group.to_owned()));
            assert!(error.to_string().contains("such as `app` or `auth`"), "{error}");
        }
        for group in ["user", "auth", "actors", "Actor", "my-app_2"] {
            let fault = Fault::try_new(group, "stopping", "it stops").expect(group);
            assert_eq!((fault.group(), fault.code(), fault.message()), (group, "stopping", "it stops"));
        }
    }

    #[test]
    fn a_name_that_would_not_fit_the_reason_of_a_close_is_refused() {
        let longest = "x".repeat(LONGEST);
        assert!(Fault::try_new(longest.clone(), longest.clone(), "").is_ok());
        let reason = format!("{longest}.{longest}");
        assert!(reason.len() <= 123);
        for name in ["", "a.b", "a#b", "a b", "é", &format!("{longest}x")] {
            assert_eq!(
                Fault::try_new(name.to_owned(), "code", ""),
                Err(FaultNameError::NoName(name.to_owned()))
            );
            assert_eq!(
                Fault::try_new("group", name.to_owned(), ""),
                Err(FaultNameError::NoName(name.to_owned()))
            );
        }
    }

    #[test]
    #[should_panic(expected = "group `guard` is callboard's own")]
    fn a_reserved_group_that_is_written_in_the_program_panics_where_it_is_written() {
        let _ = Fault::new("guard", "service_unavailable", "");
    }
}
