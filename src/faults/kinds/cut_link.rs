//! `do = "cut-link"`: the fibres between two sites of a topology are cut. What is sent over them goes nowhere until the
//! routers have found other ways, where there are any, or know that the fibres are mended.

use crate::faults::{Action, Fault, InVain, Outlook, Strike, StrikeContext, Struck};
use crate::kernel::Duration;
use crate::net::topology::Duct;

crate::options! {
    /// A fibre that is cut.
    pub struct CutLink {
        /// How long routers take to find other ways after the cut, and to come back after the repair.
        reroute: Duration = "50ms",
    }
}

/// Which fibres.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fibres {
    /// All that lie between two sites.
    Between(Duct),
    /// All of one of these, drawn.
    Any(Vec<Duct>),
}

/// A fault of fibres.
#[derive(Clone, Debug)]
pub struct OnFibres<K> {
    /// Which it strikes.
    pub fibres: Fibres,
    /// What happens to them.
    pub kind: K,
}

impl Fault for OnFibres<CutLink> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let duct = match &self.fibres {
            Fibres::Between(duct) => *duct,
            Fibres::Any(ducts) => *ducts.get(cx.choice.below(ducts.len().max(1) as u32) as usize)?,
        };
        let [a, b] = duct.ends().map(|site| cx.roster.sites[site.index()].as_str());
        let reroute = self.kind.reroute;
        Some(Strike {
            begin: vec![Action::Cut { duct, reroute }],
            end: vec![Action::Mend { duct, reroute }],
            resolved: format!("{a}--{b}"),
            struck: Struck::Fibres(duct),
            ..Strike::default()
        })
    }

    fn prospect(&self, _: &Outlook<'_>) -> Result<(), InVain> {
        Ok(())
    }
}
