//! What happened up to a moment, step by step, and which of it could have had a part in that moment: happens-before (Lamport
//! 1978) over the run's own events.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::kernel::{Digest, Message, NodeId, Process, Time};
use crate::model::history::Outcome;
use crate::model::log::{LogIndex, Term};
use crate::model::membership::Slots;
use crate::model::note::{Asked, ClientNote, ConsensusNote, OperatorNote, ServiceNote};
use crate::model::synod::SynodNote;
use crate::run::prepare::Prepared;
use crate::sim::{Lifecycle, Observer, Occurrence, Sim};
use crate::systems::{Custom, Note, Role, Wire};

use super::tagged::{Tag, Tagging, tagged};

/// Steps that are remembered. A cause that lies further back is not told.
const STEPS_MAX: usize = 50_000;

/// A message that a step sent.
#[derive(Clone, Debug)]
pub struct Sent<X> {
    /// Its name.
    pub tag: Tag,
    /// To whom.
    pub to: NodeId,
    /// The message.
    pub message: Wire<X>,
}

/// One step of one node.
#[derive(Clone, Debug)]
pub struct Step<X> {
    /// When.
    pub at: Time,
    /// Whose.
    pub node: NodeId,
    /// What it was: a message's or a timer's name, `sync`, `work`, or a change of its life.
    pub name: &'static str,
    /// The message that arrived.
    pub received: Option<Tag>,
    /// What it sent.
    pub sent: Vec<Sent<X>>,
    /// What it meant.
    pub notes: Vec<Noted>,
    /// How the life of its node changed.
    pub life: Option<Lifecycle>,
}

/// What a step meant, in words, and of what sort that is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noted {
    /// Its sort.
    pub sort: Sort,
    /// In a word or two.
    pub short: String,
    /// In words.
    pub words: String,
    /// What it tells of a log or an operation, if anything.
    pub fact: Option<Fact>,
}

/// What a note tells of a log or an operation, by which what a violation is about is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fact {
    /// The node now has an entry of this term, or has accepted a value in this ballot, here.
    Holds(LogIndex, Term),
    /// It has nothing any more from here on.
    Drops(LogIndex),
    /// It knows that everything up to here is committed.
    Commits(LogIndex),
    /// It leads this term.
    Leads(Term),
    /// It has promised this ballot, or voted in this term.
    Promises(Term),
    /// From now on these vote, in the place of those.
    Configures(Slots, Slots),
    /// The session in this slot of the node asks something.
    Asks(u32),
    /// It was told, or gave up waiting.
    Returns(u32),
}

/// What a note is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Sort {
    /// Entries, votes asked for, operations.
    Plain,
    /// Something was committed.
    Commit,
    /// A leadership began or ended.
    Leadership,
}

/// The course of a run up to a moment; `X` are the messages of a user's own process.
#[derive(Clone, Debug)]
pub struct Story<X> {
    /// The last steps, in order.
    pub steps: Vec<Step<X>>,
    /// Whether earlier ones are forgotten.
    pub is_cut: bool,
    /// Messages that were on the way at the end.
    pub under_way: BTreeSet<Tag>,
    /// The digest over all events.
    pub digest: u64,
}

impl<X: Message> Story<X> {
    /// The run up to all that happens at `moment`.
    pub fn until<P: Custom<Message = X>>(prepared: &Prepared<P>, moment: Time) -> Story<X> {
        let (steps, leads) = (VecDeque::new(), BTreeSet::new());
        let teller = Teller { prepared, steps, is_cut: false, open: None, leads };
        let mut sim: Sim<Tagging<Role<P>>, Teller<'_, P>> = Sim::new(tagged(&prepared.world.setup), teller);
        sim.mark(moment);
        while sim.run(u64::MAX).is_none() && !sim.is_at_mark() {}
        let arriving = sim.states().into_iter().flat_map(|state| state.arriving);
        let under_way = arriving.map(|one| one.message.tag).collect();
        let digest = sim.digest();
        let Teller { mut steps, is_cut, open, .. } = sim.into_observer();
        steps.extend(open);
        Story { steps: steps.into(), is_cut, under_way, digest }
    }

    /// The steps that happened before the one at `last` or are it: on its node, or where a chain of messages comes from.
    pub fn past(&self, last: usize) -> Vec<bool> {
        let sent: BTreeMap<Tag, usize> = self.sends().collect();
        let mut past = vec![false; self.steps.len()];
        // By node: whether a step of it further on is in the past, and so is everything before.
        let mut reached: BTreeSet<NodeId> = BTreeSet::new();
        let mut causes: BTreeSet<usize> = [last].into_iter().collect();
        for index in (0..=last).rev() {
            let step = &self.steps[index];
            if !causes.contains(&index) && !reached.contains(&step.node) {
                continue;
            }
            past[index] = true;
            reached.insert(step.node);
            causes.extend(step.received.and_then(|tag| sent.get(&tag)));
        }
        past
    }

    /// Which step sent each message.
    pub fn sends(&self) -> impl Iterator<Item = (Tag, usize)> {
        let steps = self.steps.iter().enumerate();
        steps.flat_map(|(index, step)| step.sent.iter().map(move |sent| (sent.tag, index)))
    }
}

/// Listens to the run.
struct Teller<'a, X: Custom> {
    prepared: &'a Prepared<X>,
    steps: VecDeque<Step<X::Message>>,
    is_cut: bool,
    /// The step that is going on.
    open: Option<Step<X::Message>>,
    /// The nodes that lead: who only campaigned ends no leadership.
    leads: BTreeSet<NodeId>,
}

impl<X: Custom> Teller<'_, X> {
    fn close(&mut self) {
        let Some(step) = self.open.take() else { return };
        if self.steps.len() == STEPS_MAX {
            self.steps.pop_front();
            self.is_cut = true;
        }
        self.steps.push_back(step);
    }

    fn begin(&mut self, at: Time, node: NodeId, name: &'static str) -> &mut Step<X::Message> {
        self.close();
        let (sent, notes) = (Vec::new(), Vec::new());
        self.open.insert(Step { at, node, name, received: None, sent, notes, life: None })
    }
}

impl<X: Custom> Observer<Tagging<Role<X>>> for Teller<'_, X> {
    fn began(
        &mut self,
        at: Time,
        _: u64,
        event: &Occurrence<'_, <Tagging<Role<X>> as Process>::Message>,
        _: Digest,
    ) {
        match *event {
            Occurrence::Delivered { to, message, .. } => {
                self.begin(at, to, message.name()).received = Some(message.tag);
            }
            Occurrence::Fired { node, timer } => {
                let config = &self.prepared.world.setup.nodes[node.index()].config;
                self.begin(at, node, Role::<X>::timer_word(config, timer));
            }
            Occurrence::Refused { node, .. } => drop(self.begin(at, node, "bounced")),
            Occurrence::Reset { node, .. } => drop(self.begin(at, node, "reset")),
            Occurrence::Synced { node, .. } => drop(self.begin(at, node, "sync")),
            Occurrence::Computed { node, .. } => drop(self.begin(at, node, "work")),
            Occurrence::Booted { node } => self.begin(at, node, "boots").life = Some(Lifecycle::Booted),
            // What they do to nodes is told as changes of their lives.
            Occurrence::Struck { .. } | Occurrence::Stepped { .. } | Occurrence::Ended { .. } => self.close(),
        }
    }

    fn noted(&mut self, _: Time, node: NodeId, note: &Note<X::Note>) {
        let mut noted = noted(note);
        match *note {
            Note::Consensus(ConsensusNote::BecameLeader { .. }) => drop(self.leads.insert(node)),
            Note::Consensus(ConsensusNote::SteppedDown { term }) if !self.leads.remove(&node) => {
                noted = Some(gave_up(term));
            }
            _ => {}
        }
        if let Some(step) = self.open.as_mut().filter(|step| step.node == node) {
            step.notes.extend(noted);
        }
    }

    fn changed(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        if matches!(change, Lifecycle::Crashed | Lifecycle::DiskLost) {
            self.leads.remove(&node);
        }
        if change != Lifecycle::Booted {
            self.begin(at, node, change.name()).life = Some(change);
            self.close();
        }
    }

    fn sent(&mut self, _: Time, from: NodeId, to: NodeId, message: &<Tagging<Role<X>> as Process>::Message) {
        if let Some(step) = self.open.as_mut().filter(|step| step.node == from) {
            step.sent.push(Sent { tag: message.tag, to, message: message.message.clone() });
        }
    }
}

/// What is said of a candidate that is none any more.
fn gave_up(term: Term) -> Noted {
    let words = format!("gives up its campaign, in term {}", term.0);
    Noted { sort: Sort::Plain, short: "gives up".to_owned(), words, fact: None }
}

/// What a note says, if it is worth a word.
fn noted<N>(note: &Note<N>) -> Option<Noted> {
    let (sort, short, words) = words(note)?;
    Some(Noted { sort, short, words, fact: fact(note) })
}

fn fact<N>(note: &Note<N>) -> Option<Fact> {
    match *note {
        Note::Consensus(
            ConsensusNote::Appended { index, term, .. } | ConsensusNote::Accepted { index, term, .. },
        ) => Some(Fact::Holds(index, term)),
        Note::Consensus(ConsensusNote::Truncated { from }) => Some(Fact::Drops(from)),
        Note::Consensus(ConsensusNote::Committed { index, .. } | ConsensusNote::Installed { index, .. }) => {
            Some(Fact::Commits(index))
        }
        Note::Consensus(ConsensusNote::BecameLeader { term, .. }) => Some(Fact::Leads(term)),
        Note::Consensus(ConsensusNote::Promised { term, .. }) => Some(Fact::Promises(term)),
        Note::Consensus(ConsensusNote::Configured { voters, outgoing, .. }) => {
            Some(Fact::Configures(voters, outgoing))
        }
        Note::Client(ref note) | Note::Service(ServiceNote::Store(ref note)) => Some(match *note {
            ClientNote::Invoked { slot, .. } => Fact::Asks(slot),
            ClientNote::Returned { slot, .. } => Fact::Returns(slot),
        }),
        Note::Consensus(_) | Note::Service(_) | Note::Operator(_) | Note::Custom(_) => None,
    }
}

/// The sort of a note, and what it says in short and in words.
fn words<N>(note: &Note<N>) -> Option<(Sort, String, String)> {
    let alone = |sort, words: String| (sort, words.clone(), words);
    let (sort, short, words) = match note {
        Note::Consensus(note) => match note {
            ConsensusNote::Campaigned { term, pre_vote: true } => {
                alone(Sort::Plain, format!("asks before term {}", term.0))
            }
            ConsensusNote::Campaigned { term, pre_vote: false } => {
                (Sort::Plain, format!("campaigns: {}", term.0), format!("campaigns for term {}", term.0))
            }
            ConsensusNote::Promised { term, .. } => (
                Sort::Plain,
                format!("promises {}", term.0),
                format!("has promised to go back behind no term {}", term.0),
            ),
            ConsensusNote::ElectedBy { term, by } => (
                Sort::Plain,
                format!("elected: {}", term.0),
                format!("elected in term {} by {}", term.0, by.numbers()),
            ),
            ConsensusNote::BecameLeader { term, .. } => {
                alone(Sort::Leadership, format!("leads term {}", term.0))
            }
            ConsensusNote::SteppedDown { term } => {
                (Sort::Leadership, "steps down".to_owned(), format!("steps down in term {}", term.0))
            }
            ConsensusNote::Appended { index, term, .. } => (
                Sort::Plain,
                format!("appends {}", index.0),
                format!("appends {} of term {}", index.0, term.0),
            ),
            ConsensusNote::Accepted { index, term, .. } => (
                Sort::Plain,
                format!("accepts {}", index.0),
                format!("accepts {} in ballot {}", index.0, term.0),
            ),
            ConsensusNote::Truncated { from } => alone(Sort::Plain, format!("cuts from {}", from.0)),
            ConsensusNote::Committed { index, .. } => alone(Sort::Commit, format!("commits {}", index.0)),
            ConsensusNote::Installed { index, .. } => {
                alone(Sort::Plain, format!("installs snapshot {}", index.0))
            }
            ConsensusNote::Configured { voters, .. } => {
                alone(Sort::Plain, format!("voters {}", voters.numbers()))
            }
            ConsensusNote::Foreseen { voters, .. } => {
                alone(Sort::Plain, format!("may have voters {}", voters.numbers()))
            }
            ConsensusNote::Synod(note) => return synod_words(note),
            ConsensusNote::Recovering => {
                (Sort::Plain, "recovers".to_owned(), "recovers: its disk was replaced".to_owned())
            }
            ConsensusNote::Rejoined => alone(Sort::Plain, "rejoined".to_owned()),
            ConsensusNote::Halted { why } => (Sort::Leadership, "halts".to_owned(), format!("halts: {why}")),
            ConsensusNote::Synced { .. }
            | ConsensusNote::Applied { .. }
            | ConsensusNote::Served { .. }
            | ConsensusNote::Compacted { .. } => return None,
        },
        Note::Client(note) | Note::Service(ServiceNote::Store(note)) => match note {
            ClientNote::Invoked { asked: Asked::Store(op), .. } => {
                (Sort::Plain, op.to_string(), format!("asks: {op}"))
            }
            ClientNote::Invoked { asked: Asked::Call { .. }, .. } => alone(Sort::Plain, "calls".to_owned()),
            ClientNote::Returned { outcome, .. } => alone(Sort::Plain, ended(*outcome)),
        },
        Note::Operator(OperatorNote::Ordered { number }) => {
            alone(Sort::Plain, format!("gives order {number}"))
        }
        Note::Operator(OperatorNote::Ended { number, ended, .. }) => {
            alone(Sort::Plain, format!("order {number}: {}", ended.outcome()))
        }
        Note::Service(
            ServiceNote::Taken { .. }
            | ServiceNote::Refused { .. }
            | ServiceNote::Called { .. }
            | ServiceNote::Heard { .. }
            | ServiceNote::Forked { .. }
            | ServiceNote::Joined { .. }
            | ServiceNote::Finished { .. },
        )
        | Note::Custom(_) => return None,
    };
    Some((sort, short, words))
}

fn synod_words(note: &SynodNote) -> Option<(Sort, String, String)> {
    let ballot = note.ballot();
    let (sort, short) = match *note {
        SynodNote::Remembers { .. } => (Sort::Plain, format!("remembers {ballot}")),
        SynodNote::Prepared { .. } => (Sort::Leadership, format!("prepares {ballot}")),
        SynodNote::Promised { .. } => (Sort::Plain, format!("promises {ballot}")),
        SynodNote::Refused { .. } => (Sort::Plain, format!("refuses {ballot}")),
        SynodNote::Proposed { value, .. } => (Sort::Leadership, format!("proposes {} in {ballot}", value.0)),
        SynodNote::FoundNothing { .. } => (Sort::Plain, format!("finds nothing in {ballot}")),
        SynodNote::Accepted { value, .. } => (Sort::Plain, format!("accepts {} in {ballot}", value.0)),
        SynodNote::Learned { value, .. } => (Sort::Commit, format!("learns {} of {ballot}", value.0)),
        SynodNote::GaveUp { .. } => (Sort::Leadership, format!("gives up {ballot}")),
    };
    Some((sort, short, note.words(&|slot| format!("node {}", slot + 1))))
}

fn ended(outcome: Outcome) -> String {
    match outcome {
        Outcome::Ok(answer) => format!("returns {answer}"),
        Outcome::Fail(reason) => format!("fails ({})", reason.name()),
        Outcome::Unknown(reason) => format!("gives up ({})", reason.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::spacetime;
    use crate::run::spacetime::testing::leader_falls;
    use crate::run::trace::pass;
    use crate::systems::Never;

    /// Messages are lost, doubled and late.
    fn lossy() -> Prepared<Never> {
        leader_falls(r#"{ loss = "5%", duplicate = "5%", jitter = "exp(3ms)" }"#)
    }

    #[test]
    fn a_world_with_named_messages_is_the_same_world() {
        let prepared = lossy();
        let story = Story::until(&prepared, prepared.world.setup.duration);
        assert_eq!(story.digest, pass(&prepared, u64::MAX).digest);
        assert!(!story.is_cut && story.steps.len() > 1_000);
    }

    #[test]
    fn every_message_that_arrives_was_sent_once_and_before() {
        let story = Story::until(&lossy(), Time(3_000_000_000));
        let sent: BTreeMap<Tag, usize> = story.sends().collect();
        assert_eq!(sent.len(), story.sends().count(), "a name names one message");
        let mut arrivals = BTreeMap::new();
        for (index, step) in story.steps.iter().enumerate() {
            if let Some(tag) = step.received {
                assert!(sent[&tag] < index && tag.sender != step.node);
                *arrivals.entry(tag).or_insert(0) += 1;
            }
        }
        assert!(arrivals.values().any(|times| *times == 2), "some are doubled");
        assert!(sent.keys().any(|tag| !arrivals.contains_key(tag)), "and some are lost");
    }

    /// Happens-before by vector clocks: another way to the same.
    #[test]
    fn the_causal_past_is_that_of_vector_clocks() {
        let story = Story::until(&lossy(), Time(2_000_000_000));
        let nodes = 1 + story.steps.iter().map(|step| step.node.index()).max().expect("there are steps");
        let sent: BTreeMap<Tag, usize> = story.sends().collect();
        let mut clocks: Vec<Vec<usize>> = Vec::new();
        let mut latest = vec![vec![0; nodes]; nodes];
        for step in &story.steps {
            let mut clock = latest[step.node.index()].clone();
            if let Some(sender) = step.received.map(|tag| &clocks[sent[&tag]]) {
                clock.iter_mut().zip(sender).for_each(|(own, other)| *own = (*own).max(*other));
            }
            clock[step.node.index()] += 1;
            latest[step.node.index()].clone_from(&clock);
            clocks.push(clock);
        }
        for last in [10, 500, story.steps.len() - 1] {
            let past = story.past(last);
            for (index, clock) in clocks.iter().enumerate() {
                let node = story.steps[index].node.index();
                assert_eq!(
                    past[index],
                    index <= last && clock[node] <= clocks[last][node],
                    "{index} before {last}"
                );
            }
        }
    }

    #[test]
    fn who_only_campaigned_ends_no_leadership() {
        let story = Story::until(&leader_falls("{ jitter = \"40ms\", loss = \"20%\" }"), Time(3_000_000_000));
        let mut leads = BTreeSet::new();
        let mut gave_up = 0;
        for step in &story.steps {
            for note in &step.notes {
                match note.short.as_str() {
                    "steps down" => assert!(leads.remove(&step.node), "{} did not lead", step.node.0),
                    "gives up" => gave_up += 1,
                    short if short.starts_with("leads") => assert!(leads.insert(step.node)),
                    _ => {}
                }
            }
            if step.life == Some(Lifecycle::Crashed) {
                leads.remove(&step.node);
            }
        }
        assert!(gave_up > 0, "somebody campaigned in vain");
    }

    #[test]
    fn a_diagram_has_a_bounded_number_of_rows() {
        let figure = spacetime::diagram(&lossy(), &spacetime::Violated::at(Time(3_000_000_000)))
            .expect("something happened");
        let svg = figure.figure().svg;
        assert!(svg.matches("<circle").count() < 300 && svg.contains("left out"));
    }
}
