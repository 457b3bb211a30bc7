//! The event loop, held to its words by small worlds: who hears what, when, and what faults take away.

mod clocks;
mod crashes;
mod effects;
mod fibres;
mod impairments;
mod limits;
mod links;
mod observers;
mod partitions;
mod pauses;
mod random;
mod shared;
mod streams;
mod ties;
mod world;
