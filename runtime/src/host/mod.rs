//! The life of actors: which are awake, whose turn it is, what is saved, who is connected.
//!
//! The host does not know who carries its messages, nor who keeps its state.

pub(crate) mod actor_type;
pub(crate) mod actor_types;
pub(crate) mod admission;
mod awake_table;
pub(crate) mod cell;
pub(crate) mod connections;
pub(crate) mod durability;
pub(crate) mod gateway;
pub(crate) mod health;
pub(crate) mod hosted;
#[cfg(feature = "client")]
mod in_process;
#[cfg(feature = "client")]
pub(crate) mod local;
#[cfg(feature = "client")]
pub(crate) mod local_peer;
pub(crate) mod lookup;
pub(crate) mod pending_output;
pub(crate) mod pulse;
pub(crate) mod queues;
pub(crate) mod runtime;
pub(crate) mod schedules;
pub(crate) mod shared;
pub(crate) mod turn;

pub(crate) use actor_type::ActorType;
pub(crate) use admission::denied::Denied;

pub(crate) use admission::connect_info::{Claims, ConnectInfo};
pub(crate) use admission::stranger::{Stranger, carried, for_stranger};
pub(crate) use cell::ActorCell;
pub(crate) use cell::flow::{Flow, Source};
pub(crate) use cell::keep_alive::{LifecycleRequest, LifecycleRequests};
pub(crate) use connections::broadcast_buffer::BroadcastBuffer;
pub(crate) use durability::release::{Unheld, release};
pub(crate) use durability::waiting::Pending;
pub(crate) use health::{Health, Observer};
pub(crate) use hosted::{
    AdmissionRequest, Answered, Connected, Entered, HangUp, HostedActor, HostedConn, HostedType,
};
#[cfg(feature = "client")]
pub(crate) use local::{LocalActor, LocalConn, LocalKind, Nobody, Told};
#[cfg(feature = "client")]
pub(crate) use local_peer::LocalPeer;
pub(crate) use lookup::{Lookup, Reached};
pub(crate) use pending_output::{ActorGate, PendingOutput};
pub(crate) use queues::lease::MessageLease;
#[cfg(feature = "client")]
pub(crate) use queues::request::EnqueueRequest;
pub(crate) use queues::request::{HandledFuture, WireEnqueue};
pub(crate) use runtime::{MakeActorType, Runtime, make_actor_type};
pub(crate) use shared::Shared;
#[cfg(feature = "client")]
pub(crate) use turn::asked::Asked;
pub(crate) use turn::call_chain::Awaited;
#[cfg(feature = "client")]
pub(crate) use turn::call_chain::Chain;
pub use turn::panics::summarize_panics;
pub(crate) use turn::piece::Turn;
