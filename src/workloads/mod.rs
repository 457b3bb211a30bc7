//! Workloads: who asks what, when. A workload is one node that holds many clients.

pub mod arrival;
pub mod client;
pub mod keys;
pub mod numbers;
pub mod operator;
