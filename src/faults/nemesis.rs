//! A nemesis: strikes of many kinds on one system, drawn one after the other, and aware of how much the system survives.
//!
//! What it draws is a fault as a scenario could have written it, options and victims, so that every strike can be read in
//! `faults.csv` and written down as a fault of its own. Its draws are from the stream of its name.

use crate::kernel::{NodeId, Stream, SystemId};
use crate::spec::write;

use super::kinds::{Aim, Harm, Ingredient, Random, Scope, Settings};
use super::{Between, Fault, Group, InVain, Outlook, Roster, Strike, StrikeContext, Target};

/// Whom a nemesis hunts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prey {
    /// The system.
    pub system: SystemId,
    /// Its nodes, without those that its type adds.
    pub nodes: Vec<NodeId>,
    /// How many of them it can do without at once.
    pub spare: usize,
}

impl Prey {
    /// Whether such a strike can ever change anything of it.
    ///
    /// # Errors
    /// Why not.
    pub fn prospect(&self, one: &Ingredient, outlook: &Outlook<'_>) -> Result<(), InVain> {
        match one.kind.scope() {
            Scope::Links => {
                let prey = Group::Of(vec![Target::System(self.system)]);
                outlook.of_links(one.facts.acts_on, &Between::OneWay(prey, Group::Rest))
            }
            Scope::Nodes | Scope::Fibres | Scope::System => {
                outlook.of_nodes(one.facts.acts_on, &Target::System(self.system))
            }
        }
    }

    /// Whether it survives such a strike at all, on some of its nodes.
    pub fn survives(&self, harm: Harm) -> bool {
        match harm {
            Harm::Slows => true,
            Harm::PutsOut | Harm::Ruins => self.spare > 0,
            Harm::BreaksTrust => false,
        }
    }
}

/// Strikes of many kinds on one system.
#[derive(Clone, Debug)]
pub struct Nemesis {
    /// Whom it hunts.
    pub prey: Prey,
    /// Whether it leaves enough of the nodes in service.
    pub survivable: bool,
    /// What it may do.
    pub ingredients: Vec<Ingredient>,
}

impl Fault for Nemesis {
    fn strike(&self, cx: &mut StrikeContext<'_>) -> Option<Strike> {
        let within_reach = |one: &&Ingredient| !self.reach(one, cx.roster).is_empty();
        let possible: Vec<&Ingredient> = self.ingredients.iter().filter(within_reach).collect();
        let ingredient = weighted(&possible, cx.choice)?;
        let (kind, settings) = ingredient.draw(cx.choice);
        let victims = self.victims(ingredient, cx.roster, cx.choice);
        let aim = match ingredient.kind.scope() {
            Scope::Nodes => Aim::Nodes(Target::Nodes(victims)),
            Scope::Links => Aim::Links(between(victims, ingredient.facts.harm, cx.choice)),
            Scope::System | Scope::Fibres => unreachable!("the loader refuses what cannot be drawn"),
        };
        let fault = kind.at(aim).expect("the aim is of the kind's scope");
        let strike = fault.strike(cx)?;
        let resolved = with_settings(strike.resolved, &settings);
        let lasts = strike.lasts.or_else(|| ingredient.lasts.clone());
        let kind = Some(ingredient.kind);
        Some(Strike { kind, lasts, resolved, settings: Some(settings), ..strike })
    }

    fn prospect(&self, outlook: &Outlook<'_>) -> Result<(), InVain> {
        let prospects = self.ingredients.iter().map(|one| self.prey.prospect(one, outlook));
        prospects.reduce(Result::or).unwrap_or(Err(InVain::Idle))
    }
}

impl Nemesis {
    /// The nemesis of `prey`: with what the scenario names, else with every kind that the prey survives.
    pub fn new(prey: Prey, options: &Random) -> Nemesis {
        let survivable = options.survivable;
        let ingredients = match &options.kinds {
            Some(kinds) => kinds.iter().map(|kind| kind.value.clone()).collect(),
            None => Ingredient::all().filter(|one| !survivable || prey.survives(one.facts.harm)).collect(),
        };
        Nemesis { prey, survivable, ingredients }
    }

    /// The nodes of which such a strike may have victims, and how many of those that serve it may hit: first those that are
    /// out of service already, then the others. Nobody, if it would change nothing.
    fn reach(&self, one: &Ingredient, roster: &Roster) -> Reach {
        let is_out = |node: &NodeId| roster.nodes[node.index()].is_out();
        let (mut out, mut serving): (Vec<NodeId>, Vec<NodeId>) =
            self.prey.nodes.iter().partition(|node| is_out(node));
        let spared = match (self.survivable, one.facts.harm) {
            (false, _) | (true, Harm::Slows) => serving.len(),
            (true, Harm::PutsOut | Harm::Ruins) => match self.prey.spare.checked_sub(out.len()) {
                Some(spared) => spared,
                // Others took too many. They may be back soon, but not if they are struck again.
                None => return Reach { out: Vec::new(), serving: Vec::new(), spared: 0 },
            },
            (true, Harm::BreaksTrust) => 0,
        };
        // What is said to and by one of them is of the same matter as what is to and by another.
        let outlook = Outlook { roster, that: None };
        let is_there = self.prey.prospect(one, &outlook).is_ok();
        let has = |node: &NodeId| roster.nodes[node.index()].has;
        let can_be_struck = |node: &NodeId| {
            let is_of_links = one.kind.scope() == Scope::Links;
            is_there && (is_of_links || one.facts.acts_on.is_ok_and(|matter| has(node).have(matter)))
        };
        out.retain(can_be_struck);
        serving.retain(can_be_struck);
        Reach { out, serving, spared }
    }

    /// The victims: often the leader, often one node, else any number within reach. At least one.
    fn victims(&self, one: &Ingredient, roster: &Roster, choice: &mut Stream) -> Vec<NodeId> {
        let Reach { out: mut pool, mut serving, spared } = self.reach(one, roster);
        let leader = roster.leader(self.prey.system);
        let leader = leader.filter(|leader| pool.contains(leader) || spared > 0 && serving.contains(leader));
        choice.shuffle(&mut serving);
        pool.extend(serving.into_iter().take(spared));
        choice.shuffle(&mut pool);
        let most = u32::try_from(pool.len()).expect("a world has fewer nodes than 2^32");
        let (shape, count) = (choice.below(4), 1 + choice.below(most));
        let mut victims = match (shape, leader) {
            (0, Some(leader)) => vec![leader],
            (0 | 1, _) => pool[..1].to_vec(),
            (_, _) => pool[..count as usize].to_vec(),
        };
        victims.sort_unstable();
        victims
    }
}

/// Whom a strike may hit.
struct Reach {
    /// The nodes that are out of service already.
    out: Vec<NodeId>,
    /// The others.
    serving: Vec<NodeId>,
    /// How many of the others may be hit as well.
    spared: usize,
}

impl Reach {
    fn is_empty(&self) -> bool {
        self.out.is_empty() && (self.spared == 0 || self.serving.is_empty())
    }
}

/// The links of the victims, in both directions or in one; those of everybody, if none is put out by it.
fn between(victims: Vec<NodeId>, harm: Harm, choice: &mut Stream) -> Between {
    let victims = Group::Of(vec![Target::Nodes(victims)]);
    match choice.below(5) {
        0 => Between::OneWay(victims, Group::Rest),
        1 => Between::OneWay(Group::Rest, victims),
        2 if harm == Harm::Slows => Between::All,
        _ => Between::Groups(vec![victims, Group::Rest]),
    }
}

/// One of them, by their weights; `None` if there are none.
fn weighted<'a>(ingredients: &[&'a Ingredient], choice: &mut Stream) -> Option<&'a Ingredient> {
    let total: u32 = ingredients.iter().map(|one| one.weight).sum();
    if total == 0 {
        return None;
    }
    let mut drawn = choice.below(total);
    let is_drawn = |one: &&&Ingredient| {
        let is_drawn = drawn < one.weight;
        drawn = drawn.saturating_sub(one.weight);
        is_drawn
    };
    ingredients.iter().find(is_drawn).copied()
}

/// `kv.1 | kv.2 kv.3 { share = "10%" }`.
fn with_settings(resolved: String, settings: &Settings) -> String {
    match settings.0.is_empty() {
        true => resolved,
        false => format!("{resolved} {}", write::inline(&settings.node())),
    }
}
