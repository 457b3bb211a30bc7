//! The words that protocols, workloads and judges share.

pub mod halt;
pub mod history;
pub mod log;
pub mod membership;
pub mod note;
pub mod op;
pub mod operation;
pub mod request;
pub mod route;
pub mod sessions;
pub mod status;
pub mod store;
pub mod synod;
