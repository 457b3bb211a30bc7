//! From scenario files to worlds: sources, sweeps and their diagnostics, then the nouns that they describe.

pub mod nouns;
pub mod render;
pub mod resolved;
pub mod source;
pub mod sweep;
#[cfg(test)]
mod tests;

pub use render::render;
pub use resolved::resolved;
pub use source::{LoadOptions, Loaded, load, load_text};
pub use sweep::{Parameter, Point, Sweep};
