//! Every program in `fail` is one misuse, with what the compiler must say to it. Its way out is in `pass`.
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

#[test]
fn every_program_that_must_compile_is_compiled_and_run() {
    for subject in SUBJECTS {
        let (targets, modules): (Vec<_>, Vec<_>) =
            programs(subject, "pass").into_iter().partition(|(_, path)| {
                include_str!("Cargo.toml").contains(&format!("path = \"{}\"", path.display()))
            });
        let there: BTreeSet<_> = modules.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            there,
            listed(subject),
            "left: the files of {subject}/pass, right: the modules in pass.rs"
        );
        for (_, path) in modules {
            assert!(
                read(&path).contains("\nfn runs()") || read(&path).contains("\nasync fn runs()"),
                "{path:?}"
            );
        }
        for (_, path) in targets {
            assert!(read(&path).contains("fn main()"), "{path:?}");
        }
    }
}

/// By a program of the same name, or one that says so.
#[test]
fn every_misuse_has_a_way_out_that_compiles_and_runs() {
    for subject in SUBJECTS {
        let misuses: BTreeSet<_> = programs(subject, "fail").into_iter().map(|(name, _)| name).collect();
        let mut solved = BTreeSet::new();
        for (name, path) in programs(subject, "pass") {
            let named = ways_out(&read(&path));
            let unknown: Vec<_> = named.iter().filter(|name| !misuses.contains(*name)).collect();
            assert!(
                unknown.is_empty(),
                "{path:?} is the way out of what is not in {subject}/fail: {unknown:?}"
            );
            solved.insert(name);
            solved.extend(named);
        }
        let unsolved: Vec<_> = misuses.difference(&solved).collect();
        assert!(
            unsolved.is_empty(),
            "{subject}/fail: nothing in {subject}/pass shows the way out: {unsolved:?}"
        );
    }
}

/// The names and paths of the programs in a directory.
fn programs(subject: &str, kind: &str) -> Vec<(String, PathBuf)> {
    let directory = Path::new(subject).join(kind);
    let files = entries(&directory).into_iter();
    let programs = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    programs.map(|file| (file.file_stem().expect("a name").to_string_lossy().into_owned(), file)).collect()
}

/// The modules of a subject in `pass.rs`.
fn listed(subject: &str) -> BTreeSet<&'static str> {
    let block = include_str!("pass.rs").split_once(&format!("\nmod {subject} {{\n"));
    let (_, block) = block.expect("every subject is in pass.rs");
    let lines = block.split("\n}").next().expect("a block").lines();
    lines.filter_map(|line| line.trim().strip_prefix("mod ")?.strip_suffix(';')).collect()
}

/// The misuses that a program says, in the comment at its head, that it is the way out of.
fn ways_out(program: &str) -> Vec<String> {
    let head: Vec<_> = program.lines().map_while(|line| line.strip_prefix("// ")).collect();
    let head = head.join(" ");
    let Some((_, names)) = head.split_once("The way out of ") else { return Vec::new() };
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a text")
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
