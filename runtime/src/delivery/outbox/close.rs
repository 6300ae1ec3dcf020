//! The end of a connection.

use crate::{Fault, error::Code};

/// Why and with what a connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Close {
    pub(crate) code: u16,
    /// At most 123 bytes: `group.code`.
    pub(crate) reason: String,
}

impl Close {
    /// The close that says one of the framework's codes.
    pub(crate) fn of(code: Code) -> Self {
        let status = match code {
            Code::TooManyConnections => 1013,
            Code::UnsupportedEncoding => 1003,
            _ => 1011,
        };
        Self::new(status, code.to_string())
    }

    /// The close that says this fault.
    pub(crate) fn of_fault(fault: &Fault) -> Self {
        match Code::find(fault.group(), fault.code()) {
            Some(code) => Self::of(code),
            None => Self::new(1011, fault.reason()),
        }
    }

    pub(crate) fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        while reason.len() > 123 {
            reason.pop();
        }
        Self { code, reason }
    }
}
