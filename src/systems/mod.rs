//! The composition root: the processes that one simulated world may hold, and how they share it.

pub mod kinds;
mod never;
mod own;
pub mod plan;
mod role;
mod wire;

pub use never::Never;
pub use own::Own;
pub use role::{Custom, Role, RoleConfig};
pub use wire::{Member, Misaddressed, Note, Record, Wire};
