//! Who asks for little, and how long that takes.

use super::*;

/// A client that calls an action 500 times in a second, from an address of its own.
pub(super) struct WellBehaved(BufReader<TcpStream>);

impl WellBehaved {
    pub(super) fn connect(server: &Process) -> Self {
        let mut socket = TcpStream::connect(server.address()).expect("it listens");
        socket.set_nodelay(true).expect("it is open");
        socket.set_read_timeout(Some(Duration::from_secs(10))).expect("it is open");
        socket.write_all(handshake("good").as_bytes()).expect("it reads");
        let mut client = Self(BufReader::new(socket));
        client.until("\"Init\"");
        client.until("}}}");
        client
    }

    pub(super) fn latencies(&mut self, time: Duration) -> Vec<Duration> {
        let (began, mut latencies) = (Instant::now(), Vec::new());
        let frame = frame(&call("echo", &json!(["x".repeat(100)])));
        while began.elapsed() < time {
            let asked = Instant::now();
            self.0.get_mut().write_all(&frame).expect("it is open");
            self.until("\"ActionResponse\"");
            self.until("}}}");
            latencies.push(asked.elapsed());
            sleep(Duration::from_millis(2).saturating_sub(asked.elapsed()));
        }
        latencies
    }

    fn until(&mut self, end: &str) {
        let mut said = Vec::new();
        while !said.ends_with(end.as_bytes()) {
            let last = *end.as_bytes().last().expect("it is something");
            assert!(self.0.read_until(last, &mut said).expect("it answers") > 0, "it is open");
        }
    }
}
