//! Behaviours of actions, connections, events and errors. The files are the modules of one program: a program of its own
//! for each would compile and link the generic code of the server and the client again.
//!
//! What changes its process, or uses a gate or a page (`callboard_tests::gate`, `note`) of the same name as another
//! file, stays a program of its own.

mod actions;
mod bursts;
mod connections;
mod errors;
mod hook_limits;
mod large_turns;
mod migration;
mod publishing;
mod refusals;
mod subscribing;
