//! The ids in the names of tests (`l22`, `r36`): `tests/README.md` says what each promises and where it is tested.
#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Where tests are.
const PARTS: &[&str] = &["macros", "runtime/src", "runtime/tests", "tests/src", "tests/tests", "ui-tests"];

/// The places in which each id is tested.
type Ids = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_tables_have_every_id_that_a_test_carries_with_its_places_and_no_other() {
    let (listed, carried) = (listed(), carried());
    assert!(listed.len() > 60, "the tables are read: {}", listed.len());
    for (id, places) in &carried {
        let row = listed.get(id).unwrap_or_else(|| panic!("tests/README.md has no `{id}`: {places:?}"));
        assert_eq!(row, places, "`{id}`: left is tests/README.md, right is where tests carry it");
    }
    let untested: Vec<_> = listed.keys().filter(|id| !carried.contains_key(*id)).collect();
    assert!(untested.is_empty(), "no test carries {untested:?}");
}

/// Long names are those of tests, wherever on the page they stand.
#[test]
fn every_test_that_the_page_names_is_there() {
    let text = fs::read_to_string(root().join("tests/README.md")).unwrap();
    let prose: String = text.split("```").step_by(2).collect();
    let named: Vec<_> =
        prose.split('`').skip(1).step_by(2).filter(|name| name.matches('_').count() > 3).collect();
    let files = PARTS.iter().flat_map(|part| rust_files(&root().join(part)));
    let code: String = files.map(|file| code(&file)).collect();
    let gone: Vec<_> = named.iter().filter(|name| !code.contains(*name)).collect();
    assert!(named.len() > 5 && gone.is_empty(), "tests/README.md names tests that are gone: {gone:?}");
}

/// What the tables say.
fn listed() -> Ids {
    let text = fs::read_to_string(root().join("tests/README.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let (id, rest) = line.strip_prefix("| `")?.split_once('`')?;
        is_id(id).then(|| {
            let (_, places) = rest.trim_end_matches(" |").rsplit_once(" | ").unwrap();
            (id.to_owned(), places.split('`').skip(1).step_by(2).map(str::to_owned).collect())
        })
    });
    let rows: Vec<(String, BTreeSet<String>)> = rows.collect();
    let ids: Ids = rows.iter().cloned().collect();
    assert_eq!(ids.len(), rows.len(), "each id has one row");
    ids
}

/// What the names of tests and of cases say.
fn carried() -> Ids {
    let mut carried = Ids::new();
    for part in PARTS {
        for file in rust_files(&root().join(part)) {
            let path = file.strip_prefix(root()).unwrap().display().to_string();
            let (names, place) = if *part == "ui-tests" {
                // A case is a file: `ui-tests/events/fail/l13_listed_twice.rs`.
                let (subject, name) =
                    path.split_once("/fail/").or(path.split_once("/pass/")).unwrap_or_default();
                (name.to_owned(), subject.to_owned())
            } else {
                let place = path.strip_prefix("tests/tests/").unwrap_or(&path);
                (code(&file), place.strip_prefix("behaviours/").unwrap_or(place).to_owned())
            };
            for id in names.split(|letter: char| !letter.is_alphanumeric() && letter != '_').flat_map(ids) {
                carried.entry(id.to_owned()).or_default().insert(place.clone());
            }
        }
    }
    carried
}

/// The ids that a name begins with: `l22` and `r36` of `l22_r36_a_listener_is_in_force`.
fn ids(name: &str) -> impl Iterator<Item = &str> {
    let words: Vec<_> = name.split('_').collect();
    let ids = words.iter().take_while(|word| is_id(word)).count();
    let is_name = ids < words.len();
    words.into_iter().take(if is_name { ids } else { 0 })
}

/// `l` or `r`, for the generation of the events model that the promise is from, and two digits.
fn is_id(word: &str) -> bool {
    matches!(word.as_bytes(), [b'l' | b'r', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit())
}

/// A file without its comments.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    lines.join("\n")
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| match path.extension() {
        _ if path.is_dir() => rust_files(&path),
        Some(extension) if extension == "rs" => vec![path],
        _ => vec![],
    });
    found.collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
