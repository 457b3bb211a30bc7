//! Multi-Paxos: what its papers say, scripted interactions with their exact output, and chaos under many seeds.

mod chaos;
mod leases;
mod script;
mod swap;
mod world;
