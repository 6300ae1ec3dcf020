//! WebSocket: from the handshake to the session of a connection.

pub(in crate::server) mod connect;
pub(in crate::server) mod end;
pub(in crate::server) mod fair_yield;
pub(in crate::server) mod frame_head;
pub(in crate::server) mod frame_scanner;
pub(crate) mod framing;
pub(in crate::server) mod handshake;
pub(in crate::server) mod heartbeat;
pub(in crate::server) mod raw_session;
pub(in crate::server) mod session;
pub(in crate::server) mod signs;
pub(in crate::server) mod socket;
pub(in crate::server) mod transport;
pub(in crate::server) mod write_stall;
