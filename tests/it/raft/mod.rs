//! Raft: the paper's sentences, scripted interactions with their exact output, and chaos under many seeds.

mod bench;
mod chaos;
mod election;
mod observer;
mod world;
