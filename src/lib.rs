//! Seedbed grows a whole distributed system from one scenario file and one seed, says what it did and whether
//! it was right, and writes the figures and charts that show it.
//!
//! # The map, in reading order
//!
//! An arrow reads "is used by"; `tests/it/tidy.rs` reads every `use crate::` to keep the arrows one-way.
//!
//! ```text
//! kernel <- spec <- net, storage, clocks, processors <- faults <- sim          kernel <- statistics <- run
//! kernel, spec <- model <- consensus, services <- workloads, checks
//! both <- systems <- scenario <- run <- compare, hunt, validate <- cli          report <- run, compare, cli
//! ```
#![warn(missing_docs)]

pub mod kernel;
pub mod spec;
pub mod statistics;

pub mod clocks;
pub mod net;
pub mod processors;
pub mod storage;

pub mod faults;
pub mod sim;

pub mod model;

pub mod consensus;
pub mod services;

pub mod checks;
pub mod workloads;

pub mod systems;

pub mod scenario;

pub mod run;

pub mod compare;
pub mod hunt;
pub mod validate;

pub mod report;

pub mod cli;
