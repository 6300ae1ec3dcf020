//! Which file of a crate uses which other.
//!
//! An arrow goes from the file that names an item to the file that *defines* it: a name that a `mod.rs` exports from
//! one of its children leads to the child. To declare a module is no arrow, nor is it to export what a child has, nor
//! to import a module without naming anything in it.
//!
//! The names that `lib.rs` exports are the vocabulary of the crate, and its parts may all use them: `crate::Actor` is
//! no arrow, while `crate::actor::Actor` is one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
};

use super::modules::{Module, UsedPath, modules};

/// The arrows between the files of a crate.
#[derive(Debug)]
pub(crate) struct Imports {
    /// From a file to a file, and by which paths.
    arrows: BTreeMap<(String, String), BTreeSet<String>>,
}

/// Files each of which uses each other, directly or by way of others of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Circle {
    pub(crate) files: BTreeSet<String>,
    arrows: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Imports {
    /// The arrows between the files under `sources`, which has the crate's `lib.rs`.
    pub(crate) fn of(sources: &Path) -> Self {
        let modules = modules(sources);
        let mut arrows: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (from, module) in modules.iter().enumerate() {
            for path in &module.paths {
                let Some(to) = target(&modules, from, path) else { continue };
                if modules[to].file != module.file {
                    let arrow = (name(module), name(&modules[to]));
                    arrows.entry(arrow).or_default().insert(path.names.join("::"));
                }
            }
        }
        Self { arrows }
    }

    /// The arrows from files under the one folder to files under the other.
    pub(crate) fn between(&self, from: &str, to: &str) -> Vec<(String, String)> {
        let arrows = self.arrows.keys();
        arrows.filter(|(file, other)| file.starts_with(from) && other.starts_with(to)).cloned().collect()
    }

    /// The circles: the strongly connected components of more than one file.
    pub(crate) fn circles(&self) -> Vec<Circle> {
        let mut used: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, to) in self.arrows.keys() {
            used.entry(from).or_default().push(to);
        }
        let reached: BTreeMap<_, _> = used.keys().map(|file| (*file, reached_from(file, &used))).collect();
        let mut circles: Vec<Circle> = Vec::new();
        for (file, others) in &reached {
            let leads_back =
                |other: &&&str| reached.get(**other).is_some_and(|reached| reached.contains(file));
            let circle: BTreeSet<String> =
                others.iter().filter(leads_back).map(|other| (*other).to_owned()).collect();
            if circle.len() > 1 && !circles.iter().any(|found| found.files == circle) {
                let arrows =
                    self.arrows.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
                let arrows = arrows.map(|(arrow, paths)| (arrow.clone(), paths.clone())).collect();
                circles.push(Circle { files: circle, arrows });
            }
        }
        circles
    }
}

/// The files that this one uses, and those that they use; itself only if it is one of them.
fn reached_from<'a>(file: &'a str, used: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![file];
    while let Some(next) = waiting.pop() {
        let new = used.get(next).into_iter().flatten().filter(|to| reached.insert(**to));
        waiting.extend(new);
    }
    reached
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<_> = self.files.iter().map(String::as_str).collect();
        writeln!(f, "circle of {}:", files.join(", "))?;
        for ((from, to), paths) in &self.arrows {
            let paths: Vec<_> = paths.iter().map(String::as_str).collect();
            writeln!(f, "  {from} -> {to}   ({})", paths.join(", "))?;
        }
        Ok(())
    }
}

fn name(module: &Module) -> String {
    module.file.display().to_string()
}

/// The module that defines what a path in this module leads to; `None` where it is another crate's, or no arrow.
fn target(modules: &[Module], from: usize, path: &UsedPath) -> Option<usize> {
    let found = resolve(modules, from, &path.names, 0)?;
    let (Found::Item(to) | Found::Module(to)) = found;
    let is_child =
        std::iter::successors(Some(to), |module| modules[*module].parent).any(|module| module == from);
    match found {
        _ if path.is_reexport && is_child => None,
        Found::Item(to) => Some(to),
        Found::Module(to) => path.is_glob.then_some(to),
    }
}

/// What a path leads to.
#[derive(Debug, Clone, Copy)]
enum Found {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
}

/// More imports than this are not followed: they go in a circle.
const MAX_IMPORTS: usize = 16;

fn resolve(modules: &[Module], from: usize, names: &[String], imports: usize) -> Option<Found> {
    let (first, rest) = names.split_first()?;
    if imports > MAX_IMPORTS {
        return None;
    }
    let start = match first.as_str() {
        "crate" => 0,
        "self" => from,
        "super" => modules[from].parent?,
        _ => {
            // A name of the module's own, or one that a `use` gives it; else it is another crate, or from the prelude.
            return match member(modules, from, first, imports)? {
                Found::Module(module) => walk(modules, module, rest, imports),
                item @ Found::Item(_) => Some(item),
            };
        }
    };
    walk(modules, start, rest, imports)
}

/// Follows the names from a module on.
fn walk(modules: &[Module], module: usize, names: &[String], imports: usize) -> Option<Found> {
    let Some((first, rest)) = names.split_first() else { return Some(Found::Module(module)) };
    if first == "super" {
        return walk(modules, modules[module].parent?, rest, imports);
    }
    let Module { parent, children, defines, .. } = &modules[module];
    if parent.is_none() && !children.contains_key(first) && !defines.contains(first) {
        // A name that the crate exports.
        return None;
    }
    match member(modules, module, first, imports) {
        Some(Found::Module(next)) => walk(modules, next, rest, imports),
        Some(item @ Found::Item(_)) => Some(item),
        // Something that a macro defines.
        None => Some(Found::Item(module)),
    }
}

/// What a module has by this name.
fn member(modules: &[Module], module: usize, name: &str, imports: usize) -> Option<Found> {
    let Module { children, imports: imported, defines, globs, .. } = &modules[module];
    if let Some(child) = children.get(name) {
        return Some(Found::Module(*child));
    }
    if let Some(path) = imported.get(name) {
        // `use time::Duration` and `use tokio::{self}` lead out of the crate.
        return if path.len() == 1 && path[0] == name {
            None
        } else {
            resolve(modules, module, path, imports + 1)
        };
    }
    if defines.contains(name) {
        return Some(Found::Item(module));
    }
    globs.iter().find_map(|glob| match resolve(modules, module, glob, imports + 1)? {
        Found::Module(other) if other != module => member(modules, other, name, imports + 1),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The circles of a crate with these files, each by its files.
    fn circles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let sources = tempfile::tempdir().unwrap();
        for (file, source) in files {
            let path = sources.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, source).unwrap();
        }
        let circles = Imports::of(sources.path()).circles();
        circles.into_iter().map(|circle| circle.files.into_iter().collect()).collect()
    }

    const ROOT: (&str, &str) = ("lib.rs", "mod a; mod b; mod c;");

    #[test]
    fn a_circle_is_found_by_its_imports() {
        let files = [
            ROOT,
            ("a.rs", "use crate::b::{self, B}; pub struct A(B);"),
            ("b.rs", "use super::c::C; pub struct B(C);"),
            ("c.rs", "pub struct C; impl C { fn of(a: Box<crate::a::A>) {} }"),
        ];
        assert_eq!(circles(&files), [["a.rs", "b.rs", "c.rs"]]);
    }

    #[test]
    fn files_that_use_each_other_in_one_direction_are_no_circle() {
        let files = [
            ROOT,
            ("a.rs", "use crate::{b::B, c::C}; pub struct A(B, C);"),
            ("b.rs", "use super::c::C; pub struct B(C);"),
            ("c.rs", "// use crate::a::A;\npub const C: &str = \"use crate::a::A;\"; /* crate::b::B */"),
        ];
        assert_eq!(circles(&files), [[""; 0]; 0]);
    }

    #[test]
    fn what_a_parent_exports_leads_to_the_child_that_has_it() {
        let parent = ("b/mod.rs", "mod x; mod y; pub(crate) use x::{X, f as g}; pub(crate) use y::*;");
        let x = ("b/x.rs", "pub struct X; pub fn f() { super::Y; }");
        let root = ("lib.rs", "mod b;");
        assert_eq!(circles(&[root, parent, x, ("b/y.rs", "pub struct Y;")]), [[""; 0]; 0]);
        for used in ["use super::X;", "use crate::b::X as Other;", "fn y() { crate::b::g() }"] {
            let y = format!("{used} pub struct Y;");
            assert_eq!(circles(&[root, parent, x, ("b/y.rs", &y)]), [["b/x.rs", "b/y.rs"]], "{used}");
        }
    }

    #[test]
    fn a_parent_that_uses_its_child_is_in_a_circle_with_it_if_that_uses_the_parent() {
        let child = ("b/x.rs", "use super::B; pub fn x(b: B) {}");
        let root = ("lib.rs", "mod b;");
        assert_eq!(circles(&[root, ("b.rs", "mod x; pub use x::x; pub struct B;"), child]), [[""; 0]; 0]);
        for used in ["use x::x;", "fn b() { x::x(B) }"] {
            let parent = format!("mod x; pub struct B; {used}");
            assert_eq!(circles(&[root, ("b.rs", &parent), child]), [["b.rs", "b/x.rs"]], "{used}");
        }
    }

    #[test]
    fn a_module_inside_of_a_file_is_part_of_the_file() {
        let files = [
            ("lib.rs", "pub mod docs {} mod a; mod b;"),
            ("a.rs", "pub mod inner { use super::super::b::B; pub struct A(B); }"),
            ("b.rs", "mod one { pub mod two {} } use crate::a::inner::A; pub struct B(A);"),
        ];
        assert_eq!(circles(&files), [["a.rs", "b.rs"]]);
    }

    #[test]
    fn tests_may_use_anything() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c; #[cfg(test)] mod tests;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            (
                "b.rs",
                "#[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] use crate::{a::A}; \
                 #[cfg(all(test, unix))] fn f() { crate::a::A; } use crate::c::C; pub struct B(C);",
            ),
            ("c.rs", "use crate::b::B; pub struct C(Box<B>);"),
            ("tests.rs", "use crate::{a::A, b::B};"),
        ];
        assert_eq!(circles(&files), [["b.rs", "c.rs"]], "what follows a test is read");
    }

    #[test]
    fn the_names_that_the_crate_exports_are_for_everybody() {
        let root = ("lib.rs", "mod a; mod b; pub use a::A; pub struct Own;");
        let a = ("a.rs", "use crate::b::B; pub struct A(B);");
        assert_eq!(circles(&[root, a, ("b.rs", "use crate::A; pub struct B(Box<A>);")]), [[""; 0]; 0]);
        let b = ("b.rs", "use crate::a::A; pub struct B(Box<A>);");
        assert_eq!(circles(&[root, a, b]), [["a.rs", "b.rs"]]);
    }

    #[test]
    fn arrows_are_found_by_folder() {
        let sources = tempfile::tempdir().unwrap();
        for folder in ["host", "server"] {
            fs::create_dir(sources.path().join(folder)).unwrap();
        }
        let write = |file: &str, source: &str| fs::write(sources.path().join(file), source).unwrap();
        write("lib.rs", "mod host; mod server;");
        write("host/mod.rs", "fn serve() { let s: char = '\\''; crate::server::run('s') }");
        write("server/mod.rs", "use crate::host; pub fn run<'a>(_: char) {}");
        let imports = Imports::of(sources.path());
        assert_eq!(imports.between("host/", "server/"), [("host/mod.rs".into(), "server/mod.rs".into())]);
        assert_eq!(imports.between("server/", "host/"), []);
    }
}
