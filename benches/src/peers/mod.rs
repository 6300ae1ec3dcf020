//! One counter in many libraries: what `calls` measures by its calls, and `actors` by the memory of 100,000 of them.

mod actix_actor;
mod bare;
mod callboard_actor;
mod kameo_actor;
mod mutex;
mod ractor_actor;
mod xtra_actor;

use std::any::Any;

pub use actix_actor::Actix;
pub use bare::Bare;
pub use callboard_actor::{Async, DurableRead, DurableWrite, Fn};
pub use kameo_actor::Kameo;
pub use mutex::Mutexed;
pub use ractor_actor::Ractor;
pub use xtra_actor::Xtra;

/// The address of a counter, in one library. Each has the mailbox that its library has by default.
pub trait Peer: Clone + Send + Sync + 'static {
    /// As it is printed.
    const NAME: &str;

    /// Whether a call adds one. Otherwise it only reads.
    const ADDS: bool = true;

    /// Whether it can be called without waiting until the call has run.
    const TELLS: bool = true;

    /// What all its actors share.
    type Host;

    fn host() -> impl Future<Output = Self::Host>;

    /// Starts the actor of this number, now or with its first call.
    fn start(host: &Self::Host, number: usize) -> impl Future<Output = Self>;

    /// Adds one, and returns the count.
    fn ask(&self) -> impl Future<Output = u64> + Send;

    /// Adds one, some time later.
    fn tell(&self) -> impl Future<Output = ()> + Send;

    /// Ends what the actors share. What it returns holds memory that no actor is to be charged for.
    fn stop(_: Self::Host) -> impl Future<Output = Box<dyn Any>> {
        async { Box::new(()) as Box<dyn Any> }
    }
}

/// Runs code where all of them can live: in actix's system, on a tokio runtime of one thread or of several workers.
///
/// actix's actors do not move between threads. On one thread they run on it, as all others do. Beside several workers
/// they have a thread of their own, so the machine then has one thread more to run than for the others.
pub fn on_threads(threads: usize, code: impl Future<Output = ()>) {
    let mut runtime = match threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = runtime.worker_threads(threads).enable_all().build().unwrap();
    actix::System::with_tokio_rt(|| runtime).block_on(code);
}
