//! Raft: the paper's sentences, scripted interactions with their exact output, and chaos under many seeds.

mod bench;
mod chaos;
mod clients;
mod disks;
mod election;
mod replication;
mod script;
mod snapshots;
mod world;
