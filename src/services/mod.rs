//! Services: servers that take calls through the steps of their programs, gateways among them, and how they call each other.
//!
//! Read [`server`] first, then [`program`] (what a request goes through), [`outbound`] (how others are called),
//! [`balancing`] (who of them) and [`registry`] (how they are found).

mod admission;
pub mod balancing;
mod frame;
pub mod message;
pub mod outbound;
pub mod program;
pub mod registration;
pub mod registry;
pub mod request;
pub mod server;
mod slots;
mod stores;
mod writer;

pub use admission::Order;
pub use slots::Slots;
pub use writer::Writer;
