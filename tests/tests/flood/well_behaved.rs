//! Who asks for little, and how long that takes.

use super::*;

/// A client that calls an action 500 times in a second, from an address of its own.
pub(super) struct WellBehaved {
    socket: BufReader<TcpStream>,
    call: Vec<u8>,
}

impl WellBehaved {
    /// At an actor that nobody floods.
    pub(super) fn connect(server: &Process) -> Self {
        Self::open(server, &handshake("good"), &call("echo", &json!(["x".repeat(100)])))
    }

    /// At the actor that is flooded.
    pub(super) fn connect_there(server: &Process) -> Self {
        Self::open(server, &handshake("key").replace("chatRoom", "slowpoke"), &call("step", &json!([])))
    }

    fn open(server: &Process, handshake: &str, call: &Value) -> Self {
        let mut socket = TcpStream::connect(server.address()).expect("it listens");
        socket.set_nodelay(true).expect("it is open");
        socket.set_read_timeout(Some(Duration::from_secs(10))).expect("it is open");
        socket.write_all(handshake.as_bytes()).expect("it reads");
        let mut client = Self { socket: BufReader::new(socket), call: frame(call) };
        client.until("\"Init\"");
        client.until("}}}");
        client
    }

    pub(super) fn latencies(&mut self, time: Duration) -> Vec<Duration> {
        let (began, mut latencies) = (Instant::now(), Vec::new());
        while began.elapsed() < time {
            let asked = Instant::now();
            self.socket.get_mut().write_all(&self.call).expect("it is open");
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
            assert!(self.socket.read_until(last, &mut said).expect("it answers") > 0, "it is open");
        }
    }
}
