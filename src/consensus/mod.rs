//! Consensus: replicated logs, and the store that they carry.
//!
//! A protocol implements [`ReplicatedLog`] and knows neither keys nor clients; [`Replica`] hosts any of them,
//! applies what it commits to a store, and answers clients. A new protocol is one more folder beside [`raft`]. [`synod`]
//! agrees on one value only, and needs no log and no host.

pub mod bugs;
pub mod catch_up;
pub mod configurations;
pub mod group_commit;
pub mod multi_paxos;
pub mod quorums;
pub mod raft;
pub mod read_index;
pub mod reconfiguration;
pub mod replica;
pub mod replicated_log;
pub mod rounds;
pub mod synod;

pub use bugs::{Bug, Bugs};
pub use multi_paxos::MultiPaxos;
pub use quorums::Quorums;
pub use raft::Raft;
pub use replica::Replica;
pub use replicated_log::{Barrier, BarrierState, Confirmation, Position, Refusal, ReplicatedLog, Snapshot};
pub use synod::Synod;
