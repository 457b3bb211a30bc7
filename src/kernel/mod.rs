//! The kernel: time, ids, the event queue, randomness and the process interface. It imports nothing of ours.

pub mod context;
pub mod description;
pub mod digest;
pub mod disk;
pub mod foresight;
pub mod ids;
pub mod math;
pub mod phrase;
pub mod process;
pub mod queue;
pub mod random;
pub mod sample;
pub mod time;

pub use context::{Buffer, Context, Embed, LazyStream, Lift};
pub use description::{Description, Said};
pub use digest::Digest;
pub use disk::{Area, Areas, Damage, Damaged, DiskError, DiskToken, Durable, Write};
pub use foresight::{Soon, load};
pub use ids::{NodeId, SiteId, SystemId};
pub use phrase::{counted, listed};
pub use process::{Effect, Electorate, Leadership, Message, Name, Note, Process, Urgency, WorkToken};
pub use queue::{Queue, Sequence, Slot};
pub use random::{Keyed, Probability, Stream};
pub use sample::Distribution;
pub use time::{Duration, Exact, Time};
