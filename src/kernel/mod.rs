//! The kernel: time, ids, the event queue, randomness and the process interface. It imports nothing of ours.

pub mod ids;
pub mod math;
pub mod random;
pub mod sample;
pub mod time;

pub use ids::{NodeId, SiteId, SystemId};
pub use random::{Keyed, Stream};
pub use sample::Distribution;
pub use time::{Duration, Time};
