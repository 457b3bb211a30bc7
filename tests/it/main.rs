//! The one integration-test binary: one module a subject.

mod cli;
mod coverage;
mod raft;
mod scenarios;
mod sim;
mod tidy;
mod traces;
mod worlds;
