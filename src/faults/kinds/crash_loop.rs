//! `do = "crash-loop"`: the process dies, boots, lives for a while and dies again, for as long as the fault lasts (a
//! service whose supervisor restarts it, and which trips over the same thing each time).

use super::{Harm, Hostile, Idle, Matter, ScriptKind, Settings};
use crate::faults::{Action, HappeningKind, Script, Step, Strike, StrikeContext};
use crate::kernel::sample::Distribution;
use crate::kernel::{NodeId, Stream};

crate::options! {
    /// Crashes that come again and again. Each node of the target has a loop of its own; one that is down at the end of
    /// the fault boots then.
    pub struct CrashLoop {
        /// How long a node lives after a boot, drawn for each.
        up: Distribution = "exp(2s)",
        /// How long it stays down, drawn for each crash.
        down: Distribution = "exp(1s)",
    }
}

impl ScriptKind for CrashLoop {
    fn strike(&self, nodes: &[NodeId], _: &mut StrikeContext<'_>) -> Strike {
        let script = |node: &NodeId| {
            let (crash, restart) = (vec![Action::Crash(*node)], vec![Action::Restart(*node)]);
            let boots = Step {
                after: Some(self.down.clone()),
                awaits: Vec::new(),
                begin: restart.clone(),
                end: Vec::new(),
            };
            // It lives from when it is up, which another fault may put off.
            let dies = Step { after: Some(self.up.clone()), awaits: vec![*node], begin: crash, end: restart };
            Script { steps: vec![boots, dies], repeats: true }
        };
        Strike {
            begin: nodes.iter().map(|node| Action::Crash(*node)).collect(),
            end: nodes.iter().map(|node| Action::Restart(*node)).collect(),
            scripts: nodes.iter().map(script).collect(),
            ..Strike::default()
        }
    }
}

impl Hostile for CrashLoop {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Process)
    }

    fn brings(&self) -> &'static [HappeningKind] {
        &[HappeningKind::Crashed]
    }

    fn harm(&self) -> Harm {
        Harm::PutsOut
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("up", choice, &["exp(500ms)", "exp(3s)"]).one_of(
            "down",
            choice,
            &["exp(100ms)", "exp(2s)"],
        )
    }
}
