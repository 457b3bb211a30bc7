//! `do = "swizzle"`: nodes are clogged one by one and set free one by one in another order (FoundationDB's swizzle-clogging,
//! which found more of its bugs than anything else that its simulator does).

use super::{Harm, Hostile, Idle, Matter, Settings};
use crate::faults::target::shuffled;
use crate::faults::{Action, Fault, FaultKind, InVain, Outlook, Part, Strike, StrikeContext, Struck, Target};
use crate::kernel::sample::Distribution;
use crate::kernel::{NodeId, Stream};
use crate::net::{Impairment, Pattern};

crate::options! {
    /// Nodes that are clogged, to and from all others, clients included.
    pub struct Swizzle {
        /// The time from one node to the next, both when they are clogged and when they are set free; drawn for each.
        spacing: Distribution,
    }
}

/// A swizzle of nodes.
#[derive(Clone, Debug)]
pub struct Swizzled {
    /// Which.
    pub target: Target,
    /// How.
    pub kind: Swizzle,
}

impl Fault for Swizzled {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let nodes = self.target.resolve_with(self.kind.acts_on().ok()?, cx);
        let (id, key) = (cx.impairment, cx.key);
        let [clogged, freed] = [(); 2].map(|()| shuffled(nodes.clone(), cx.choice));
        // The first is clogged at once, and a spacing after the last of them the first is set free.
        let mut next = cx.now;
        let mut step = |cx: &mut StrikeContext<'_>| {
            next += self.kind.spacing.duration(cx.choice.next_u64());
            next
        };
        let mut starts = vec![cx.now];
        starts.extend(clogged.iter().skip(1).map(|_| step(cx)));
        let ends: Vec<_> = freed.iter().map(|_| step(cx)).collect();
        let (mut begin, mut parts) = (Vec::new(), Vec::new());
        for (node, from) in clogged.iter().zip(starts) {
            let position =
                freed.iter().position(|one| one == node).expect("both orders are of the same nodes");
            parts.push(Part { kind: FaultKind::Clog, node: *node, from, to: ends[position] });
            let others: Vec<NodeId> =
                (0..cx.roster.nodes.len() as u32).map(NodeId).filter(|one| one != node).collect();
            let pattern = Pattern::Within(from, ends[position]);
            for (from, to) in [(vec![*node], others.clone()), (others, vec![*node])] {
                let (impairment, pattern) = (Impairment::Clog, pattern.clone());
                begin.push(Action::Impair { id, key, impairment, pattern, from, to });
            }
        }
        let resolved =
            format!("{}; free in the order {}", cx.roster.names(&clogged), cx.roster.names(&freed));
        let end = vec![Action::Lift(id)];
        (!nodes.is_empty()).then(|| Strike {
            begin,
            end,
            struck: Struck::Nodes(nodes.clone()),
            parts,
            named: clogged,
            resolved,
            ..Strike::default().harming(self.kind.harm(), || nodes.clone())
        })
    }

    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain> {
        outlook.of_nodes(self.kind.acts_on(), &self.target)
    }
}

impl Hostile for Swizzle {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Process)
    }

    fn harm(&self) -> Harm {
        Harm::PutsOut
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("spacing", choice, &["exp(50ms)", "exp(500ms)"])
    }
}
