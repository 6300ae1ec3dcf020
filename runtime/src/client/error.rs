//! What is wrong with the settings of a client.

/// Why a client cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The URL cannot be parsed, or names no host.
    #[error("`{url}` is not the URL of a server: {reason}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The URL asks for encryption, which this build leaves out.
    #[error("`{0}` needs the cargo feature `tls` of callboard")]
    TlsMissing(String),
    /// A header's name or value is not one.
    #[error("`{0}` is not a header")]
    Header(String),
}
