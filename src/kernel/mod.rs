//! The kernel: time, ids, the event queue, randomness and the process interface. It imports nothing of ours.

pub mod ids;
pub mod time;

pub use ids::{NodeId, SiteId, SystemId};
pub use time::{Duration, Time};
