//! The one integration-test binary: one module a subject.

mod cli;
mod comparing;
mod coverage;
mod fuzz;
mod limits;
mod mutations;
mod paxos;
mod raft;
mod replicas;
mod scaling;
mod scenarios;
mod sim;
mod synod;
mod tidy;
mod traces;
mod worlds;

/// As in the program: what loading a scenario holds is measured.
#[global_allocator]
static ALLOCATOR: seedbed::cli::Counting = seedbed::cli::Counting;
