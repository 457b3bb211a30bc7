//! The event loop, held to its words by small worlds: who hears what, when, and what faults take away.

mod alarms;
mod clocks;
mod crashes;
mod disciplines;
mod disks;
mod effects;
mod fibres;
mod healing;
mod impairments;
mod limits;
mod links;
mod mail;
mod observers;
mod partitions;
mod pauses;
mod random;
mod scripts;
mod shared;
mod streams;
mod ties;
mod triggers;
mod world;
