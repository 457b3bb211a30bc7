//! What a run leaves behind for people: charts and the one-file report page.
//!
//! Nothing here looks at a simulation. Each drawing has a plain input struct of its own that the layer above fills
//! from recorded data, so that a report can be rebuilt long after its run.

pub mod charts;
pub mod html;
pub mod pdf;
pub mod raster;
pub mod stored;
