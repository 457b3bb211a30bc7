//! The words that protocols, workloads and judges share.

pub mod history;
pub mod op;
