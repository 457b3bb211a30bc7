//! From scenario files to worlds: sources, sweeps, typed tables, plans, and the diagnostics that people read.

pub mod check;
pub mod limits;
pub mod nouns;
pub mod plan;
mod read;
pub mod render;
pub mod resolved;
pub mod source;
pub mod sweep;
#[cfg(test)]
mod tests;
mod topology;

pub use check::{Checked, check};
pub use nouns::Scenario;
pub use plan::{World, plan};
pub use read::read;
pub use render::render;
pub use resolved::resolved;
pub use source::{LoadOptions, Loaded, load, load_stream, load_text};
pub use sweep::{Parameter, Point, Sweep};
