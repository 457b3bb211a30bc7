//! The one integration-test binary: one module a subject.

mod raft;
mod tidy;
