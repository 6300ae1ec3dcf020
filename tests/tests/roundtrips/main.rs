//! Every value of every type comes back from everywhere that values travel to: through the functions of the wire alone,
//! many of them, and through real servers, some.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::option_option, reason = "it is one of the shapes")]

mod errors;
mod places;
mod value;
mod wire;
