//! A server as a process of its own, which can be signalled and killed.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A running server; killed when dropped.
pub struct Process {
    child: Child,
    /// Where it says that it listens.
    pub url: String,
}

impl Process {
    /// Starts `program`, and waits until it says where it listens. Nobody reads what else it prints.
    pub fn start(program: &str, args: &[&str]) -> Self {
        Self::spawn(Command::new(program).args(args))
    }

    /// The same with both standard output and standard error closed from then on.
    pub fn start_unheard(program: &str, args: &[&str]) -> Self {
        let mut process = Self::spawn(Command::new(program).args(args).stderr(Stdio::piped()));
        drop(process.child.stderr.take());
        process
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let said = child.stdout.take().expect("its output is piped");
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line).expect("the server speaks UTF-8");
        let url = line.trim().strip_prefix("listening on ").map(str::to_owned);
        Self { child, url: url.unwrap_or_else(|| panic!("the server does not listen: `{line}`")) }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("it serves HTTP")
    }

    /// `signal("-TERM")`
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(status.expect("`kill` can be run").success());
    }

    /// SIGKILL: it has no say in this, and is gone afterwards.
    pub fn kill(mut self) {
        self.child.kill().expect("it still runs");
        self.child.wait().expect("it is our child");
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_none()
    }

    pub fn ends_within(&mut self, limit: Duration) -> ExitStatus {
        let began = Instant::now();
        while self.is_running() {
            assert!(began.elapsed() < limit, "it still runs after {limit:?}");
            sleep(Duration::from_millis(10));
        }
        self.child.wait().expect("it is our child")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended by itself, unless a test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
