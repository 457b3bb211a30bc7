//! What faults of links and of the streams on them have in common: which they strike, and how it is undone.

use std::fmt::Debug;
use std::rc::Rc;

use super::cut_off::cut_off;
use super::kinds::Hostile;
use super::{Action, Between, Fault, InVain, Outlook, Strike, StrikeContext};
use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::net::{Flapping, Impairment, Pattern};

/// A kind of fault that strikes links.
pub trait LinkKind: Hostile + Debug {
    /// What happens to their messages.
    fn impairment(&self) -> Impairment;
}

/// A fault of links.
#[derive(Clone, Debug)]
pub struct OnLinks<K> {
    /// Which links it strikes.
    pub between: Between,
    /// What happens to their messages.
    pub kind: K,
}

impl<K: LinkKind> Fault for OnLinks<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let links = self.between.resolve(self.kind.acts_on().ok()?, cx)?;
        let (id, key) = (cx.impairment, cx.key);
        let harmed = Strike::default().harming(self.kind.harm(), || cut_off(&links.ways, cx.roster));
        let impair = |(from, to)| {
            let (impairment, pattern) = (self.kind.impairment(), Pattern::Steady);
            Action::Impair { id, key, impairment, pattern, from, to }
        };
        let begin = links.ways.into_iter().map(impair).collect();
        let end = vec![Action::Lift(id)];
        let (named, resolved, struck) = (links.named, links.resolved, links.struck);
        Some(Strike { begin, end, named, resolved, struck, ..harmed })
    }

    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain> {
        outlook.of_links(self.kind.acts_on(), &self.between)
    }
}

/// A kind of fault that ends streams.
pub trait StreamKind: Hostile + Debug {
    /// How long who sends on them does not notice.
    fn unnoticed(&self) -> Duration;
}

/// A fault that ends the streams of links, in a moment.
#[derive(Clone, Debug)]
pub struct OnStreams<K> {
    /// Whose streams it ends.
    pub between: Between,
    /// How.
    pub kind: K,
}

impl<K: StreamKind> Fault for OnStreams<K> {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let links = self.between.resolve(self.kind.acts_on().ok()?, cx)?;
        let unnoticed = self.kind.unnoticed();
        let reset = |(from, to)| Action::ResetStreams { from, to, unnoticed };
        let harmed = Strike::default().harming(self.kind.harm(), || cut_off(&links.ways, cx.roster));
        let begin = links.ways.into_iter().map(reset).collect();
        // It is over when all notice, whoever says how long.
        let lasts = Some(Distribution::constant(unnoticed.0 as f64).expect("a duration is finite"));
        let (named, resolved, struck) = (links.named, links.resolved, links.struck);
        Some(Strike { begin, named, resolved, struck, lasts, ..harmed })
    }

    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain> {
        outlook.of_links(self.kind.acts_on(), &self.between)
    }
}

/// A fault of links that comes and goes while it lasts.
#[derive(Debug)]
pub struct Flaps {
    /// What comes and goes.
    pub fault: Rc<dyn Fault>,
    /// When.
    pub law: Flapping,
}

impl Fault for Flaps {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let mut strike = self.fault.strike(cx)?;
        for action in &mut strike.begin {
            if let Action::Impair { pattern, .. } = action {
                *pattern = Pattern::Flapping(Box::new(self.law.clone()));
            }
        }
        Some(strike)
    }

    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain> {
        self.fault.prospect(outlook)
    }
}
