//! `do = "rolling-restart"`: the nodes of the target are restarted batch by batch, as an upgrade does it. No batch goes
//! down while a node of the target is down, whatever holds it there.

use super::{Ending, Harm, Hostile, Idle, Matter, ScriptKind, Settings};
use crate::faults::{Action, HappeningKind, Script, Step, Strike, StrikeContext};
use crate::kernel::sample::Distribution;
use crate::kernel::{NodeId, Stream};

crate::choices! {
    /// In which order nodes are restarted.
    pub enum Order {
        /// As the system lists them.
        Listed = "listed",
        /// In an order drawn for each strike.
        Random = "random",
    }
}

crate::options! {
    /// Restarts one after the other. The fault is over when the last node is up again; with `for` it is at most so long,
    /// and nodes that are down then boot.
    pub struct RollingRestart {
        /// How long a batch is down, drawn for each.
        down: Distribution = "2s",
        /// From the moment when every node of the target is up to the next batch, drawn for each.
        gap: Distribution = "5s",
        /// How many nodes go down together.
        batch: u32 [1..=1_000_000] = 1,
        /// In which order.
        order: Order = "listed",
    }
}

impl ScriptKind for RollingRestart {
    fn strike(&self, nodes: &[NodeId], cx: &mut StrikeContext<'_>) -> Strike {
        let mut order = nodes.to_vec();
        if self.order == Order::Random {
            for last in (1..order.len()).rev() {
                order.swap(last, cx.choice.below(last as u32 + 1) as usize);
            }
        }
        let mut steps = Vec::new();
        for batch in order.chunks(self.batch as usize) {
            let restart: Vec<Action> = batch.iter().map(|node| Action::Restart(*node)).collect();
            steps.push(Step {
                after: (!steps.is_empty()).then(|| self.gap.clone()),
                awaits: nodes.to_vec(),
                begin: batch.iter().map(|node| Action::Crash(*node)).collect(),
                end: restart.clone(),
            });
            steps.push(Step {
                after: Some(self.down.clone()),
                awaits: Vec::new(),
                begin: restart,
                end: Vec::new(),
            });
        }
        Strike { scripts: vec![Script { steps, repeats: false }], ..Strike::default() }
    }
}

impl Hostile for RollingRestart {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Process)
    }

    fn brings(&self) -> &'static [HappeningKind] {
        &[HappeningKind::Crashed]
    }

    fn ending(&self) -> Ending {
        Ending::Done
    }

    fn harm(&self) -> Harm {
        Harm::PutsOut
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("down", choice, &["100ms", "2s"]).one_of("gap", choice, &["0s", "1s"])
    }
}
