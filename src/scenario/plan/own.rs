//! Reads the options of systems of a user's own protocol.

use crate::spec::decode::Decoder;
use crate::spec::origin::Origin;
use crate::systems::Custom;
use crate::systems::kinds::{Kind, KindOptions};

use super::super::nouns::system::SystemOptions;
use super::Planner;

impl Planner<'_> {
    /// By system: the options of a user's own protocol `X`. Only now is it known which protocol reads them.
    pub(super) fn own_options<X: Custom>(&mut self) -> Vec<Option<X::Options>> {
        let mut decoder = Decoder::new(self.diagnostics, self.files);
        let own = |(name, _, system): &(String, Origin, SystemOptions)| match &system.kind {
            KindOptions::Custom(options) => decoder.enter("system", |decoder| {
                decoder.enter(name, |decoder| {
                    decoder.enter(Kind::Custom.name(), |decoder| options.decode_for::<X>(decoder))
                })
            }),
            KindOptions::Raft(_)
            | KindOptions::MultiPaxos(_)
            | KindOptions::Paxos(_)
            | KindOptions::Service(_)
            | KindOptions::Gateway(_)
            | KindOptions::Registry(_) => None,
        };
        self.scenario.system.entries.iter().map(own).collect()
    }
}
