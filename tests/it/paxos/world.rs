//! The world of `replicas`, of servers of Multi-Paxos.

use seedbed::consensus::multi_paxos::{Config, MultiPaxos, Options};
use seedbed::model::membership::{Configuration, Roster};
use seedbed::model::note::Holding;

use crate::replicas::world::{self, Protocol};

pub type World = world::World<MultiPaxos>;

impl Protocol for MultiPaxos {
    type Options = Options;

    const HOLDING: Holding = Holding::Slots;

    fn config(roster: Roster, initial: Configuration, options: Options) -> Config {
        assert_eq!(options.complaint(), None);
        Config { roster, initial, options }
    }
}
