//! Every program here is one misuse, with what the compiler must say to it, or one use that must compile.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests` writes the `.stderr` files anew; read each before keeping it, as
//! the user would who made the mistake.

const SUBJECTS: &[&str] =
    &["args", "signature", "events", "client", "hooks", "impl_block", "errors", "readme"];

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    for subject in SUBJECTS {
        cases.pass(format!("{subject}/pass/*.rs"));
        cases.compile_fail(format!("{subject}/fail/*.rs"));
    }
}
