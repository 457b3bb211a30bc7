//! Services: a front that spreads calls over instances, and instances that serve them by steps.

pub mod front;
pub mod instance;
pub mod message;
mod slots;

pub use slots::Slots;
