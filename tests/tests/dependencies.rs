//! The dependency tree: what is in it was decided, in `deny.toml` and in the lists beside this file.
//!
//! `CALLBOARD_BLESS=1 cargo test -p callboard-tests --test dependencies` writes the lists anew: a new dependency is a line in
//! a diff that somebody reads.
#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::Path,
    process::Command,
};

use serde::Deserialize;
use spdx::{Expression, LicenseReq, ParseMode};

#[test]
fn every_licence_is_allowed_and_every_allowed_one_is_needed() {
    let allowed = policy().licenses.allow;
    let tree: Vec<_> = tree().into_iter().map(Package::terms).collect();
    let refused = |allowed: &[&String]| -> Vec<String> {
        let is_allowed = |licence: &LicenseReq| allowed.iter().any(|known| **known == licence.to_string());
        let refused = tree.iter().filter(|(_, terms)| !terms.evaluate(is_allowed));
        refused.map(|(package, terms)| format!("{package}: {terms}")).collect()
    };
    let all: Vec<_> = allowed.iter().collect();
    assert!(refused(&all).is_empty(), "`deny.toml` does not allow {:#?}", refused(&all));
    for licence in &allowed {
        let others: Vec<_> = allowed.iter().filter(|other| *other != licence).collect();
        assert!(!refused(&others).is_empty(), "`deny.toml` allows `{licence}`, which nothing needs");
    }
}

#[test]
fn every_crate_comes_from_an_allowed_registry() {
    let allowed: Vec<_> =
        policy().sources.allow_registry.iter().map(|url| format!("registry+{url}")).collect();
    for Package { name, source, .. } in tree() {
        assert!(
            source.as_ref().is_none_or(|source| allowed.contains(source)),
            "{name} comes from {source:?}"
        );
    }
}

#[test]
fn a_second_version_of_a_crate_is_let_in_by_name_and_with_a_reason() {
    let skipped = policy().bans.skip;
    assert!(skipped.iter().all(|skip| !skip.reason.is_empty()));
    let skipped: BTreeSet<_> = skipped.into_iter().map(|skip| skip.package).collect();
    let mut versions: BTreeMap<String, BTreeSet<Series>> = BTreeMap::new();
    for package in tree() {
        versions.entry(package.name.clone()).or_default().insert(package.series());
    }
    let older = |(name, mut series): (String, BTreeSet<Series>)| {
        series.pop_last();
        series.into_iter().map(move |series| format!("{name}@{series}"))
    };
    let older: BTreeSet<_> = versions.into_iter().flat_map(older).collect();
    assert_eq!(older, skipped, "left: the older versions in the tree, right: `skip` in `deny.toml`");
}

#[test]
fn r29_a_client_alone_has_no_server_and_no_store_in_its_tree() {
    let client = crates("callboard", &["--no-default-features", "--features", "client"]);
    for crates in [&client, &crates("split-client", &[]), &crates("contract-client", &[])] {
        for unwanted in ["axum", "rusqlite", "libsqlite3-sys", "tower", "async-trait", "rustls"] {
            assert!(!crates.contains(unwanted), "`{unwanted}` is in a client's tree");
        }
    }
    compare("client", &client);
}

#[test]
fn what_users_get_by_default_is_what_was_decided() {
    compare("default", &crates("callboard", &[]));
}

/// The names of the crates that a user of this package compiles, with these features.
fn crates(package: &str, features: &[&str]) -> BTreeSet<String> {
    let tree = ["tree", "--package", package, "--edges=normal,build", "--prefix=none", "--format={p}"];
    let lines = cargo(&[&tree, &["--target=x86_64-unknown-linux-gnu"][..], features].concat());
    lines.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Compares with the list of this name, or writes it.
fn compare(list: &str, crates: &BTreeSet<String>) {
    let path = root().join(format!("tests/tests/dependencies/{list}.txt"));
    if std::env::var_os("CALLBOARD_BLESS").is_some() {
        let lines = crates.iter().fold(String::new(), |lines, name| lines + name + "\n");
        return fs::write(path, lines).unwrap();
    }
    let decided = fs::read_to_string(&path).unwrap();
    let decided: BTreeSet<_> = decided.lines().map(str::to_owned).collect();
    let (new, gone) = (crates - &decided, &decided - crates);
    assert!(new.is_empty() && gone.is_empty(), "{list}.txt: new in the tree {new:?}, gone from it {gone:?}");
}

/// The part of `deny.toml` that is enforced here.
#[derive(Deserialize)]
struct Policy {
    graph: Graph,
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    skip: Vec<Skip>,
}

/// `{ crate = "base64@0.22", reason = ".." }`
#[derive(Deserialize)]
struct Skip {
    #[serde(rename = "crate")]
    package: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

fn policy() -> Policy {
    toml::from_str(&fs::read_to_string(root().join("deny.toml")).unwrap()).unwrap()
}

/// What cargo tells about the tree.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// `None` for those of this workspace.
    source: Option<String>,
}

/// Versions that are compatible with each other: `0.22`, or `1`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Series(Vec<u64>);

/// Every package of the workspace's tree, on the platforms that count.
fn tree() -> Vec<Package> {
    let targets = policy().graph.targets.into_iter().map(|target| format!("--filter-platform={target}"));
    let targets: Vec<_> = targets.collect();
    let metadata = ["metadata", "--format-version=1", "--all-features"];
    let json = cargo(&[&metadata[..], &targets.iter().map(String::as_str).collect::<Vec<_>>()].concat());
    serde_json::from_str::<Metadata>(&json).unwrap().packages
}

impl Package {
    fn terms(self) -> (String, Expression) {
        let Self { name, license, .. } = self;
        let license = license.unwrap_or_else(|| panic!("{name} has no licence expression"));
        let terms = Expression::parse_mode(&license, ParseMode::LAX).unwrap();
        (name, terms)
    }

    fn series(&self) -> Series {
        let numbers = self.version.split(['.', '-', '+']).map_while(|number| number.parse().ok());
        let mut numbers: Vec<u64> = numbers.take(3).collect();
        let significant = numbers.iter().position(|number| *number > 0).unwrap_or(2);
        numbers.truncate(significant + 1);
        Series(numbers)
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<_> = self.0.iter().map(u64::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

/// What cargo prints; it downloads nothing that the lock file does not name.
fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(args).arg("--locked").current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
