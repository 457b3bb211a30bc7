//! The steps from who takes part now to who should, for any protocol that changes its configuration through its log.
//!
//! New voters learn first: one that had the log still to come would make the group less available, as its vote would
//! be needed for what it does not have (Ongaro 2014, §4.2.1).

use crate::model::membership::{Configuration, Slots};
use crate::model::operation::Objection;

/// How voters may be changed in one step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// One voter comes or goes at a time, so that any two majorities share one (Ongaro 2014, §4.1).
    SingleServer,
    /// Any number at a time, through a configuration in which both groups must agree (Raft §6).
    Joint,
    /// Any number at a time: the protocol itself keeps the groups apart, as Multi-Paxos by its window.
    Direct,
}

/// Who should take part.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Goal {
    /// Who is to vote.
    pub voters: Slots,
    /// Who is to learn without a vote.
    pub learners: Slots,
    /// Who is to take part no more.
    pub out: Slots,
    /// How many must be left to vote; at least one must.
    pub at_least: u8,
}

/// What comes next on the way to a goal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Nothing: the goal is reached.
    Reached,
    /// The log is to bring this configuration.
    Enter(Configuration),
    /// These must have the log before they vote.
    CatchUp(Slots),
}

impl Goal {
    /// Why it cannot be reached from `now`, if it cannot.
    pub fn objection(&self, now: &Configuration) -> Option<Objection> {
        if !self.out.common(self.voters.and(self.learners)).is_empty() {
            Some(Objection::Contradiction)
        } else if self.leaves_too_few(now) {
            Some(Objection::TooFewVoters)
        } else {
            None
        }
    }

    /// The next step from `now`, a committed configuration in which one group votes; `caught_up` have the log.
    ///
    /// # Panics
    /// If there are objections to the goal.
    pub fn next_step(&self, now: &Configuration, method: Method, caught_up: Slots) -> Step {
        assert!(
            !now.is_joint() && self.objection(now).is_none(),
            "who begins a change looks for objections first"
        );
        let voters = self.voters_from(now);
        let learners = now.learners.and(self.learners).without(self.out).without(voters);
        let goal = Configuration { voters, outgoing: Slots::NONE, learners };
        if goal == *now {
            return Step::Reached;
        }
        let (joining, leaving) = (voters.without(now.voters), now.voters.without(voters));
        let newcomers = joining.without(now.members());
        if !newcomers.is_empty() || (joining.is_empty() && leaving.is_empty()) {
            // Who votes does not change, so that this needs no care.
            let learners = learners.without(leaving).and(newcomers).and(joining.common(now.learners));
            return Step::Enter(Configuration { learners, ..*now });
        }
        let behind = joining.without(caught_up);
        if !behind.is_empty() {
            return Step::CatchUp(behind);
        }
        Step::Enter(match method {
            Method::Direct => goal,
            Method::Joint => Configuration { outgoing: now.voters, ..goal },
            Method::SingleServer => match (joining.iter().next(), leaving.iter().next()) {
                (Some(one), _) => Configuration {
                    voters: now.voters.and(Slots::one(one)),
                    learners: now.learners.without(Slots::one(one)),
                    ..*now
                },
                (None, Some(one)) => Configuration {
                    voters: now.voters.without(Slots::one(one)),
                    learners: now.learners.and(learners.common(Slots::one(one))),
                    ..*now
                },
                (None, None) => unreachable!("a change without voters was handled above"),
            },
        })
    }

    /// Whether it takes votes away until fewer are left than must be.
    fn leaves_too_few(&self, now: &Configuration) -> bool {
        let left = self.voters_from(now).len();
        left < now.voters.len() && left < usize::from(self.at_least.max(1))
    }

    fn voters_from(&self, now: &Configuration) -> Slots {
        now.voters.and(self.voters).without(self.out).without(self.learners)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(of: &[usize]) -> Slots {
        of.iter().copied().collect()
    }

    fn three() -> Configuration {
        Configuration::of_voters(Slots::first(3))
    }

    /// The configurations that a change goes through, everybody keeping up.
    fn path(goal: Goal, method: Method, from: Configuration) -> Vec<Configuration> {
        let (mut now, mut path) = (from, Vec::new());
        while let Step::Enter(next) = goal.next_step(&now, method, Slots::first(64)) {
            path.push(next);
            assert!(path.len() < 20, "no end: {path:?}");
            now = Configuration { outgoing: Slots::NONE, ..next };
            if next.is_joint() {
                path.push(now);
            }
        }
        path
    }

    fn text(path: &[Configuration]) -> Vec<String> {
        let of = |slots: Slots| slots.iter().map(|slot| slot.to_string()).collect::<String>();
        let one = |configuration: &Configuration| {
            let Configuration { voters, outgoing, learners } = configuration;
            format!("{}|{}|{}", of(*voters), of(*outgoing), of(*learners))
        };
        path.iter().map(one).collect()
    }

    #[test]
    fn a_new_voter_learns_first() {
        let goal = Goal { voters: slots(&[3]), ..Goal::default() };
        assert_eq!(text(&path(goal, Method::SingleServer, three())), ["012||3", "0123||"]);
        assert_eq!(text(&path(goal, Method::Joint, three())), ["012||3", "0123|012|", "0123||"]);
        let learning = Configuration { learners: slots(&[3]), ..three() };
        assert_eq!(goal.next_step(&learning, Method::Joint, Slots::NONE), Step::CatchUp(slots(&[3])));
    }

    #[test]
    fn single_server_changes_move_one_voter_at_a_time() {
        let goal = Goal { voters: slots(&[3, 4]), out: slots(&[0, 1]), ..Goal::default() };
        let steps = path(goal, Method::SingleServer, three());
        assert_eq!(text(&steps), ["012||34", "0123||4", "01234||", "1234||", "234||"]);
        for pair in steps.windows(2) {
            let (from, to) = (pair[0].voters, pair[1].voters);
            assert!(from.without(to).len() + to.without(from).len() <= 1, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn a_joint_change_moves_all_at_once_and_the_window_of_paxos_needs_no_such_step() {
        let goal = Goal { voters: slots(&[3, 4]), out: slots(&[0, 1]), ..Goal::default() };
        assert_eq!(text(&path(goal, Method::Joint, three())), ["012||34", "234|012|", "234||"]);
        assert_eq!(text(&path(goal, Method::Direct, three())), ["012||34", "234||"]);
    }

    #[test]
    fn learners_come_and_go_without_a_word_of_the_voters() {
        let learn = Goal { learners: slots(&[3]), ..Goal::default() };
        assert_eq!(text(&path(learn, Method::Joint, three())), ["012||3"]);
        let learning = Configuration { learners: slots(&[3]), ..three() };
        let leave = Goal { out: slots(&[3]), ..Goal::default() };
        assert_eq!(text(&path(leave, Method::Joint, learning)), ["012||"]);
    }

    #[test]
    fn a_voter_may_become_a_learner() {
        let goal = Goal { learners: slots(&[2]), ..Goal::default() };
        assert_eq!(text(&path(goal, Method::SingleServer, three())), ["01||2"]);
        assert_eq!(text(&path(goal, Method::Joint, three())), ["01|012|2", "01||2"]);
    }

    #[test]
    fn somebody_must_be_left_to_vote() {
        let goal = Goal { out: slots(&[0, 1, 2]), ..Goal::default() };
        assert_eq!(goal.objection(&three()), Some(Objection::TooFewVoters));
        let goal = Goal { out: slots(&[2]), at_least: 3, ..Goal::default() };
        assert_eq!(goal.objection(&three()), Some(Objection::TooFewVoters));
        let goal = Goal { voters: slots(&[3]), out: slots(&[3]), ..Goal::default() };
        assert_eq!(goal.objection(&three()), Some(Objection::Contradiction));
    }
}
