//! The one integration-test binary: one module a subject.

mod raft;
mod scenarios;
mod sim;
mod tidy;
mod worlds;
