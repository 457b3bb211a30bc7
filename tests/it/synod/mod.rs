//! Single-decree Paxos by itself: a few nodes, moved one step at a time.

mod chaos;
mod script;
mod words;
mod world;
