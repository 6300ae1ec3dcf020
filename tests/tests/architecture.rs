//! What ARCHITECTURE.md says is there, is there: every folder on its map, every name in its text and in the decisions.
//! And no file uses another one that it should not: see `imports` for what is read.
#![allow(clippy::unwrap_used)]

#[path = "architecture/imports.rs"]
mod imports;
#[path = "architecture/modules.rs"]
mod modules;
#[path = "architecture/tokens.rs"]
mod tokens;
#[path = "architecture/types.rs"]
mod types;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use imports::Imports;

#[test]
fn the_map_has_every_folder_and_the_files_to_begin_with() {
    for part in ["macros/src", "runtime/src"] {
        let sources = root().join(part);
        let folders: BTreeSet<_> = folders(&sources)
            .iter()
            .map(|path| path.strip_prefix(&sources).unwrap().display().to_string())
            .map(|name| if name.is_empty() { ".".to_owned() } else { format!("{name}/") })
            .collect();
        let map = map(part);
        let listed: BTreeSet<_> = map.keys().cloned().collect();
        assert_eq!(folders, listed, "{part}: left are the folders, right the rows of ARCHITECTURE.md");
        for (folder, begin_with) in map {
            let there = files(&sources.join(&folder));
            let unknown: Vec<_> = begin_with.iter().filter(|file| !there.contains(*file)).collect();
            assert!(unknown.is_empty(), "{part}/{folder} has no {unknown:?}");
            let wanted = 2.min(there.len())..=3;
            assert!(wanted.contains(&begin_with.len()), "{part}/{folder}: two or three files to begin with");
        }
    }
}

/// Whoever adds a word takes one away: see CONTRIBUTING.md.
#[test]
fn the_vocabulary_has_at_most_25_words() {
    let text = text();
    let words = rows(&text, "## Vocabulary").count();
    assert!((10..=25).contains(&words), "{words}");
}

#[test]
fn every_name_in_the_text_is_in_the_code() {
    let directories = ["macros", "runtime", "tests", "ui-tests", "examples", "benches/src"];
    let mut files: Vec<_> =
        directories.iter().flat_map(|directory| rust_files(&root().join(directory))).collect();
    files.extend(["Cargo.toml", "runtime/Cargo.toml"].map(|manifest| root().join(manifest)));
    let code: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let names: BTreeSet<_> = words(&code).collect();
    let paths: String = files.iter().map(|file| file.display().to_string()).collect();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        // Blocks are pictures; in the rest, every second piece between backticks is code.
        let prose: String = text.split("```").step_by(2).collect();
        let spans = prose.split('`').skip(1).step_by(2);
        let is_rust = |span: &str| Path::new(span).extension().is_some_and(|extension| extension == "rs");
        let is_path = |span: &str| span.contains('/') && (span.ends_with('/') || is_rust(span));
        let unknown: Vec<_> = spans
            .filter(|span| !paths.contains(*span) && !root().join(span.replace("/*", "")).exists())
            .filter(|span| is_path(span) || !words(span).all(|word| names.contains(word)))
            .collect();
        assert!(unknown.is_empty(), "{} names what is not in the code: {unknown:?}", page.display());
    }
}

/// Between pages of the repository, which are read in place.
#[test]
fn every_link_leads_to_a_file_of_the_repository() {
    let others = ["CONTRIBUTING.md", "tests/README.md"].map(|page| root().join(page));
    for page in pages().into_iter().chain(others) {
        let text = fs::read_to_string(&page).unwrap();
        let prose: String = text.split("```").step_by(2).collect();
        let links = prose.split("](").skip(1).map(|link| link.split(')').next().unwrap());
        let dead: Vec<_> = links
            .map(|link| link.split('#').next().unwrap())
            .filter(|link| !link.starts_with("https://") && !page.parent().unwrap().join(link).exists())
            .collect();
        assert!(dead.is_empty(), "{} links to what is not there: {dead:?}", page.display());
    }
}

/// Every decision is on a page that the list of pages has.
#[test]
fn the_list_of_decisions_has_every_page() {
    let list = fs::read_to_string(root().join("docs/decisions/README.md")).unwrap();
    for page in pages() {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        let is_listed = list.contains(&format!("]({name})"));
        assert!(is_listed || ["README.md", "ARCHITECTURE.md"].contains(&name.as_str()), "{name}");
    }
}

/// Files in a circle cannot be understood, or changed, one after the other.
#[test]
fn there_is_no_circle_of_files() {
    for sources in ["macros/src", "runtime/src"] {
        let circles = Imports::of(&root().join(sources)).circles();
        let shown: String = circles.iter().map(ToString::to_string).collect();
        assert!(circles.is_empty(), "{sources}:\n{shown}");
    }
}

/// A newcomer looks for the right one of them first.
#[test]
fn the_runtime_has_few_files_and_folders_at_its_top() {
    let entries = fs::read_dir(root().join("runtime/src")).unwrap().count();
    assert!(entries <= 24, "{entries} entries in `runtime/src`");
}

/// Neither the host nor the delivery knows who carries its messages.
#[test]
fn the_host_uses_neither_the_server_nor_the_client() {
    let imports = Imports::of(&root().join("runtime/src"));
    for from in ["host/", "delivery/", "actor/"] {
        for to in ["server/", "client/"] {
            assert_eq!(imports.between(from, to), [], "{from} uses {to}");
        }
    }
}

/// parse → model and check → expand
#[test]
fn no_phase_of_the_macros_uses_a_later_one() {
    let imports = Imports::of(&root().join("macros/src"));
    for (earlier, later) in [("syntax/", "model/"), ("syntax/", "expand/"), ("model/", "expand/")] {
        assert_eq!(imports.between(earlier, later), [], "{earlier} uses {later}");
        assert_ne!(imports.between(later, earlier), [], "{later} uses {earlier}");
    }
}

/// A subscriber that panics costs nobody a call: see `runtime/src/util/log.rs`.
#[test]
fn every_line_of_the_log_is_one_that_may_fail() {
    let sources = root().join("runtime/src");
    let own = |file: &&PathBuf| {
        !file.ends_with("log.rs") && !file.components().any(|part| part.as_os_str() == "example")
    };
    for file in rust_files(&sources).iter().filter(own) {
        let text = fs::read_to_string(file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            let past =
                ["error", "warn", "info", "debug", "trace", "event", "span", "info_span", "debug_span"]
                    .iter()
                    .any(|name| line.contains(&format!("tracing::{name}!")))
                    || line.contains("use tracing::")
                        && (line.contains("Span") || line.contains("Instrument"));
            assert!(!past, "{}: `crate::log` has this: {line}", file.display());
        }
    }
}

/// What has to happen around a turn is in one place: nobody else opens the gate, and nobody else says that a turn broke off.
#[test]
fn a_turn_has_one_beginning() {
    let sources = root().join("runtime/src");
    for call in [".begin_write(", ".end_write(", ".end_unchanged(", ".abort_turn("] {
        let callers: BTreeSet<_> = rust_files(&sources)
            .iter()
            .filter(|file| {
                fs::read_to_string(file).unwrap().split("#[cfg(all(test").next().unwrap().contains(call)
            })
            .map(|file| file.strip_prefix(&sources).unwrap().display().to_string())
            // The gate's own folder returns to what is saved.
            .filter(|file| !file.starts_with("host/durability/"))
            .collect();
        assert_eq!(callers, BTreeSet::from(["host/turn/write_turn.rs".to_owned()]), "{call}");
    }
}

/// A cell is what its parts meet in, and not what they are written in: they are types of their own, with the methods.
#[test]
fn a_cell_has_few_methods_and_no_open_field() {
    let files = rust_files(&root().join("runtime/src"));
    let sources: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let open: Vec<_> = sources.iter().filter_map(|source| types::open_fields(source, "ActorCell")).collect();
    assert_eq!(open, [0], "fields of `ActorCell` that can be reached from outside of its file");
    let methods: usize = sources.iter().map(|source| types::methods(source, "ActorCell")).sum();
    assert!((1..40).contains(&methods), "`ActorCell` has {methods} methods");
}

/// A stub of that name would hide it: such a name must be reserved.
#[test]
fn no_action_hides_a_method_of_the_clients() {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let reserved = read("macros/src/model/check.rs");
    for file in ["runtime/src/client/handle.rs", "runtime/src/client/connection.rs"] {
        let text = read(file);
        let methods = text.lines().filter_map(|line| {
            let line = line.trim().strip_prefix("pub ")?;
            line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")
        });
        let mut found = 0;
        for method in methods.map(|line| words(line).next().unwrap()) {
            assert!(reserved.contains(&format!("\"{method}\",")), "`{method}` of {file} is not reserved");
            found += 1;
        }
        assert!(found > 5, "{file} has methods");
    }
}

#[test]
fn the_docs_list_every_name_that_no_action_may_have() {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let check = read("macros/src/model/check.rs");
    let (_, list) = check.split_once("const RESERVED: &[&str] = &[").unwrap();
    let reserved: Vec<_> = words(list.split("];").next().unwrap()).collect();
    let docs = read("runtime/src/docs/actor.md");
    let (_, item) = docs.split_once("- It has no name that the clients need for themselves:").unwrap();
    let item = item.split(". ").next().unwrap();
    let listed: Vec<_> = item.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, reserved, "left: actor.md, right: `RESERVED`");
}

/// A file that is not is never compiled, and its tests never run.
#[test]
fn every_file_beside_the_main_file_of_a_test_program_is_a_module_of_it() {
    let programs = ["tests/tests", "runtime/tests"].map(|part| root().join(part));
    let programs = programs.iter().flat_map(|tests| folders(tests));
    let mut read = 0;
    for program in programs.filter(|folder| folder.join("main.rs").exists()) {
        let main = fs::read_to_string(program.join("main.rs")).unwrap();
        let modules: BTreeSet<_> = main
            .lines()
            .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
            .map(|name| format!("{name}.rs"))
            .collect();
        let mut there = files(&program);
        there.remove("main.rs");
        let alone: Vec<_> = there.difference(&modules).collect();
        assert!(alone.is_empty(), "{}: `main.rs` has no module for {alone:?}", program.display());
        read += 1;
    }
    assert!(read > 10, "the test programs are found: {read}");
}

/// The folders of this part of the map, each with the files to begin with.
fn map(part: &str) -> BTreeMap<String, Vec<String>> {
    let (text, heading) = (text(), format!("### `{part}/`"));
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    rows(&text, &heading).map(|row| (quoted(row[0]).remove(0), quoted(row[2]))).collect()
}

/// The rows of the table under this heading, without its head.
fn rows<'a>(text: &'a str, heading: &str) -> impl Iterator<Item = Vec<&'a str>> + use<'a> {
    let (_, section) = text.split_once(&format!("\n{heading}\n")).unwrap();
    let section = section.split("\n#").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.skip(1).map(|row| row.split(" | ").collect())
}

/// This folder and those in it that have code; tests need no map.
fn folders(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let inner =
        entries.filter(|path| path.is_dir() && !path.ends_with("tests")).flat_map(|path| folders(&path));
    let own = if files(directory).is_empty() { None } else { Some(directory.to_owned()) };
    own.into_iter().chain(inner).collect()
}

/// The files of a folder that are neither tests nor models for a checker.
fn files(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_test = |path: &Path| path.ends_with("tests.rs") || path.ends_with("mailbox/model.rs");
    let files = entries.filter(|path| path.is_file() && !is_test(path));
    files.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

/// ARCHITECTURE.md, and the decisions.
fn pages() -> Vec<PathBuf> {
    let decisions = fs::read_dir(root().join("docs/decisions")).unwrap();
    let pages = decisions.map(|entry| entry.unwrap().path());
    pages.chain([root().join("ARCHITECTURE.md")]).collect()
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| match path.extension() {
        _ if path.is_dir() && !path.ends_with("node_modules") => rust_files(&path),
        Some(extension) if extension == "rs" => vec![path],
        _ => vec![],
    });
    found.collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with(char::is_alphabetic))
}

fn text() -> String {
    fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
