//! Raft: the paper's sentences, scripted interactions with their exact output, and chaos under many seeds.

mod chaos;
mod observer;
mod world;
