//! What actors cost to compile: the same actors, ten actions each, written for callboard, for kameo, and by hand.
//!
//! ```text
//! cargo run --manifest-path benches/compile/Cargo.toml
//! ```
//!
//! It generates crates of 1, 10 and 50 actors in `target/compile-bench`, builds what they depend on, and then measures
//! `cargo check` of each crate alone, in interleaved rounds: after its first file was touched (incremental: what an editor
//! waits for) and without incremental compilation (all of it). It prints medians, in milliseconds of the clock and of the
//! processor. On a machine that does other things, believe the processor's, and the ratios.
//!
//! What the contenders are is in `written.rs`. Only callboard's and the one by hand can be called from other processes; kameo's
//! actors have messages and replies in one process, and no events for clients, so that it does least.

mod expansion;
mod measure;
mod written;

use std::{env, fs, path::PathBuf};

use measure::{Cost, check, median};
use written::Contender;

const SIZES: [usize; 3] = [1, 10, 50];
const ROUNDS: usize = 5;

fn main() {
    let only_lines = env::args().any(|arg| arg == "--lines");
    let workspace = generate();
    let crates: Vec<_> =
        Contender::ALL.iter().flat_map(|contender| SIZES.map(|size| (*contender, size))).collect();
    if !only_lines {
        print_times(&workspace, &crates);
    }
    print_lines(&workspace);
}

/// A workspace with one package for each contender and size.
fn generate() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| here.join("target"), PathBuf::from);
    let workspace = target.join("compile-bench");
    let mut members = Vec::new();
    for contender in Contender::ALL {
        for size in SIZES {
            let name = contender.package(size);
            let source = workspace.join(&name).join("src");
            fs::create_dir_all(&source).expect("a directory for the package");
            write(source.join("lib.rs"), &contender.root(size));
            for index in 0..size {
                write(source.join(format!("actor_{index}.rs")), &contender.actor(index));
            }
            write(workspace.join(&name).join("Cargo.toml"), &contender.manifest(size, &here));
            members.push(name);
        }
    }
    write(workspace.join("Cargo.toml"), &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"));
    // The versions that the other benchmarks are measured with.
    fs::copy(here.join("../Cargo.lock"), workspace.join("Cargo.lock")).expect("the lock file is there");
    workspace
}

fn write(path: PathBuf, text: &str) {
    fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn print_times(workspace: &std::path::Path, crates: &[(Contender, usize)]) {
    for (contender, size) in crates {
        check(workspace, &contender.package(*size), true);
        check(workspace, &contender.package(*size), false);
    }
    let mut costs = vec![(Vec::new(), Vec::new()); crates.len()];
    for _ in 0..ROUNDS {
        for ((contender, size), (touched, whole)) in crates.iter().zip(&mut costs) {
            touched.push(check(workspace, &contender.package(*size), true));
            whole.push(check(workspace, &contender.package(*size), false));
        }
    }
    println!("`cargo check` of one crate, medians of {ROUNDS}, in ms (of the clock / of the processor)\n");
    println!("| actors of 10 actions | contender | touched, incremental | all of it |");
    println!("|---|---|---|---|");
    for size in SIZES {
        for ((contender, _), (touched, whole)) in crates.iter().zip(&costs).filter(|((_, is), _)| *is == size)
        {
            let (touched, whole) = (median(touched), median(whole));
            println!("| {size} | {} | {touched} | {whole} |", contender.name());
        }
    }
    println!("\nprocessor time for each action beyond the first ten, in ms\n");
    println!("| contender | touched, incremental | all of it |\n|---|---|---|");
    for contender in Contender::ALL {
        let at = |wanted| {
            let place = crates.iter().position(|(is, size)| *is == contender && *size == wanted);
            &costs[place.expect("it was measured")]
        };
        let (few, many) = (at(SIZES[0]), at(SIZES[2]));
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let actions = ((SIZES[2] - SIZES[0]) * written::ACTIONS) as f64;
        let each = |few: &[Cost], many: &[Cost]| (median(many).processor - median(few).processor) / actions;
        println!("| {} | {:.2} | {:.2} |", contender.name(), each(&few.0, &many.0), each(&few.1, &many.1));
    }
}

fn print_lines(workspace: &std::path::Path) {
    println!("\nlines for each action, from ten actors less one\n");
    println!("| contender | written | expanded |\n|---|---|---|");
    for contender in Contender::ALL {
        let difference = |lines: &dyn Fn(usize) -> usize| {
            (lines(SIZES[1]) - lines(SIZES[0])) / ((SIZES[1] - SIZES[0]) * written::ACTIONS)
        };
        let written = difference(&|size| {
            let actors = (0..size).map(|index| expansion::lines(&contender.actor(index)));
            actors.sum::<usize>()
        });
        let expanded = difference(&|size| expansion::expanded_lines(workspace, &contender.package(size)));
        println!("| {} | {written} | {expanded} |", contender.name());
    }
}
