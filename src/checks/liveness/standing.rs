//! Where a replica stands, as it says of itself at the end of a run: who voted for it, whom it hears, what its followers hold.
//!
//! Read from the words that `repro --dump` prints, which all replicated logs share; what one does not say is not known.

use std::collections::BTreeMap;

use crate::kernel::{Description, NodeId, Said, listed};

use super::Look;

/// Where a replica stands.
pub(super) struct Standing {
    state: Description,
    /// Whom it takes for the leader.
    pub leader: Option<NodeId>,
}

impl Standing {
    /// That of a replica that says this of itself.
    pub fn of(state: Description) -> Standing {
        let leader = state.get("leader").and_then(node);
        Standing { state, leader }
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.state.get(name).and_then(number)
    }

    fn nodes(&self, name: &str) -> Vec<NodeId> {
        self.state.get(name).map_or(Vec::new(), |said| many(said).iter().filter_map(node).collect())
    }

    fn role(&self) -> &str {
        match self.state.get("role") {
            Some(Said::Word(role)) => role,
            Some(
                Said::Nothing
                | Said::Truth(_)
                | Said::Number(_)
                | Said::Node(_)
                | Said::Many(_)
                | Said::Of(_),
            )
            | None => "",
        }
    }

    /// Whether it asks for votes.
    pub fn campaigns(&self) -> bool {
        matches!(self.role(), "pre-candidate" | "candidate")
    }

    /// Why `candidate`, whose standing this is, lacks votes: what is known of the voters that have not given it theirs, those of one
    /// kind together.
    pub fn refused(&self, candidate: NodeId, look: &Look<'_>) -> Vec<String> {
        let granted = [self.nodes("votes"), self.nodes("promises")].concat();
        let others =
            self.nodes("voters").into_iter().filter(|voter| *voter != candidate && !granted.contains(voter));
        let mut kinds: BTreeMap<Refusal, Vec<String>> = BTreeMap::new();
        for voter in others {
            let standing = (look.state)(voter).map(Standing::of);
            if let Some(refusal) = self.refusal(candidate, voter, standing.as_ref()) {
                kinds.entry(refusal).or_default().push((look.name)(voter));
            }
        }
        let told = |(refusal, voters): (Refusal, Vec<String>)| refusal.words(&voters, look);
        kinds.into_iter().map(told).collect()
    }

    fn refusal(&self, candidate: NodeId, voter: NodeId, voter_stands: Option<&Standing>) -> Option<Refusal> {
        let Some(other) = voter_stands else { return Some(Refusal::Down) };
        let last =
            |standing: &Standing| Some((standing.number("last_term")?, standing.number("last_index")?));
        match other.role() {
            "halted" => Some(Refusal::Halted),
            "leader" => Some(Refusal::Leads),
            _ if other.state.get("disk").is_some() => Some(Refusal::NewDisk),
            _ if other.leader.is_some_and(|leader| leader != candidate && leader != voter) => {
                other.leader.map(Refusal::Hears)
            }
            _ if last(other) > last(self) => Some(Refusal::LogGoesFurther),
            _ if other.campaigns() => Some(Refusal::Campaigns),
            _ => None,
        }
    }

    /// Of a leader: why it can commit nothing, if that is because the first entry of its own term is not committed (Raft, §5.4.2 and
    /// §8; the no-op that ends phase 1 of Multi-Paxos).
    pub fn uncommitted(&self, look: &Look<'_>) -> Option<String> {
        let (first, committed) = (self.number("first_own")?, self.number("commit_index")?);
        if self.role() != "leader" || committed >= first {
            return None;
        }
        if self.number("last_index")? < first {
            return Some(
                "it has no entry of that term, and nothing before one counts as committed".to_owned(),
            );
        }
        let voters = self.nodes("voters");
        let own = ["durable_index", "vouched_durable"].into_iter().find_map(|name| self.number(name));
        let followers = ["followers", "acceptors"].into_iter().find_map(|name| self.state.get(name));
        let followers = followers.map_or(&[][..], many).iter().filter_map(follower);
        let of_others = followers.filter(|(node, through)| *through >= first && voters.contains(node));
        let mut holders: Vec<String> = of_others.map(|(node, _)| (look.name)(node)).collect();
        if own.is_some_and(|own| own >= first) {
            holders.insert(0, "itself".to_owned());
        }
        let by = if holders.is_empty() { String::new() } else { format!(" ({})", holders.join(", ")) };
        Some(format!(
            "its first entry of that term, {first}, is not committed: it is held by {} of {}{by}",
            holders.len(),
            voters.len()
        ))
    }
}

/// Why a voter does not vote for a candidate, as far as its state tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Refusal {
    Hears(NodeId),
    Leads,
    LogGoesFurther,
    Campaigns,
    NewDisk,
    Halted,
    Down,
}

impl Refusal {
    fn words(self, voters: &[String], look: &Look<'_>) -> String {
        let many = voters.len() > 1;
        let verb = |one: &str, several: &str| if many { several.to_owned() } else { one.to_owned() };
        let what = match self {
            Refusal::Hears(leader) => {
                let leader = (look.name)(leader);
                format!("{} {leader}", verb("hears", "hear"))
            }
            Refusal::Leads => verb("leads", "lead"),
            Refusal::LogGoesFurther => format!("{} more", verb("holds", "hold")),
            Refusal::Campaigns => format!("{} too", verb("campaigns", "campaign")),
            Refusal::NewDisk => format!("{} a new disk", verb("has", "have")),
            Refusal::Halted => format!("{} halted", verb("has", "have")),
            Refusal::Down => format!("{} down", verb("is", "are")),
        };
        format!("{} {what}", listed(voters, "and"))
    }
}

/// A follower, and up to where it holds its leader's log.
fn follower(said: &Said) -> Option<(NodeId, u64)> {
    let Said::Of(follower) = said else { return None };
    let through = ["match_index", "through"].into_iter().find_map(|name| follower.get(name));
    Some((follower.get("node").and_then(node)?, through.and_then(number)?))
}

fn node(said: &Said) -> Option<NodeId> {
    let Said::Node(node) = said else { return None };
    Some(*node)
}

fn number(said: &Said) -> Option<u64> {
    let Said::Number(number) = said else { return None };
    Some(*number)
}

fn many(said: &Said) -> &[Said] {
    let Said::Many(many) = said else { return &[] };
    many
}
