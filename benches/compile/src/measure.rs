//! How long `cargo check` takes.

use std::{
    fmt, fs,
    path::Path,
    process::{Command, Stdio},
    time::{Instant, SystemTime},
};

/// Milliseconds, of the clock and of the processor.
#[derive(Clone, Copy)]
pub struct Cost {
    pub clock: f64,
    pub processor: f64,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} / {:.0}", self.clock, self.processor)
    }
}

/// Touches the package's first file and checks the package, with or without what is left of the last time.
pub fn check(workspace: &Path, package: &str, incremental: bool) -> Cost {
    let file = fs::File::options().append(true).open(workspace.join(package).join("src/lib.rs"));
    file.and_then(|file| file.set_modified(SystemTime::now())).expect("the file can be touched");
    let (begun, used) = (Instant::now(), processor());
    let status = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--package", package])
        .current_dir(workspace)
        .env("CARGO_INCREMENTAL", if incremental { "1" } else { "0" })
        .stderr(Stdio::inherit())
        .status();
    let clock = begun.elapsed().as_secs_f64() * 1000.0;
    assert!(status.expect("cargo runs").success(), "{package} does not compile");
    Cost { clock, processor: processor() - used }
}

/// What children that ended have used, in ms: `cutime` and `cstime` of `/proc/self/stat`, in ticks of 10 ms.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = stat.rsplit_once(") ").expect("the name is in brackets");
    let fields: Vec<_> = fields.split(' ').collect();
    let ticks = |place: usize| fields[place].parse::<f64>().expect("a number");
    (ticks(13) + ticks(14)) * 10.0
}

pub fn median(costs: &[Cost]) -> Cost {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Cost {
        clock: middle(costs.iter().map(|cost| cost.clock).collect()),
        processor: middle(costs.iter().map(|cost| cost.processor).collect()),
    }
}
