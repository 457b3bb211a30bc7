//! The world of `replicas`, of Raft servers.

use seedbed::consensus::raft::{Config, Options, Raft};
use seedbed::model::membership::{Configuration, Roster};
use seedbed::model::note::Holding;

use crate::replicas::world::{self, Protocol};

pub type Server = seedbed::consensus::Replica<Raft>;
pub type World = world::World<Raft>;
pub type Flight = world::Flight<Raft>;

impl Protocol for Raft {
    type Options = Options;

    const HOLDING: Holding = Holding::Log;

    fn config(roster: Roster, initial: Configuration, options: Options) -> Config {
        assert_eq!(options.complaint(), None);
        Config { roster, initial, options }
    }
}
