//! Services: servers that take calls through the steps of their programs, gateways among them, and how they call each other.
//!
//! Read [`server`] first, then [`program`] (what a request goes through), [`outbound`] (how others are called) and
//! [`balancing`] (who of them).

mod admission;
pub mod balancing;
mod frame;
pub mod message;
pub mod outbound;
pub mod program;
pub mod request;
pub mod server;
mod slots;
mod stores;
mod writer;

pub use admission::Order;
pub use slots::Slots;
pub use writer::Writer;
