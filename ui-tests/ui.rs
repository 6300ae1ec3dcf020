//! Every program here is one misuse, with what the compiler must say to it, or one use that must compile.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests` writes the `.stderr` files anew; read each before keeping it, as
//! the user would who made the mistake.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

const SUBJECTS: &[&str] = &[
    "args",
    "client",
    "contract",
    "errors",
    "events",
    "hooks",
    "impl_block",
    "queues",
    "readme",
    "signature",
];

#[test]
fn ui() {
    // Before minutes of compiling, unless they are what is being written.
    if env::var_os("TRYBUILD").is_none() {
        every_program_is_run_and_every_misuse_has_its_answer();
    }
    let cases = trybuild::TestCases::new();
    for subject in SUBJECTS {
        cases.pass(format!("{subject}/pass/*.rs"));
        cases.compile_fail(format!("{subject}/fail/*.rs"));
    }
}

#[test]
fn every_program_is_run_and_every_misuse_has_its_answer() {
    let subjects: BTreeSet<_> = SUBJECTS.iter().map(|subject| (*subject).to_owned()).collect();
    let there = entries(Path::new(".")).into_iter().filter(|path| path.join("fail").exists());
    let there: BTreeSet<_> = there.map(|path| name(&path)).collect();
    assert_eq!(there, subjects, "left: the directories, right: `SUBJECTS`");
    let files: Vec<_> =
        SUBJECTS.iter().flat_map(|subject| entries(&Path::new(subject).join("fail"))).collect();
    let alone = files.iter().filter(|file| {
        let other = if file.extension().is_some_and(|extension| extension == "rs") { "stderr" } else { "rs" };
        !file.with_extension(other).exists()
    });
    let alone: Vec<_> = alone.collect();
    assert!(alone.is_empty(), "a `.rs` without its `.stderr`, or the other way round: {alone:#?}");
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
