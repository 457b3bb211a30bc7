//! What checks wait for to come to pass.

use crate::faults::{Happening, News};
use crate::kernel::Time;

/// All that checks wait for, by the position of the check.
#[derive(Clone, Debug, Default)]
pub struct Sought(Vec<One>);

#[derive(Clone, Debug)]
struct One {
    check: usize,
    happening: Happening,
    /// From the first of these to before the other.
    window: (Time, Time),
    found: Found,
}

/// How often something came to pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// Times.
    pub times: u64,
    /// The first of them.
    pub first: Option<Time>,
}

impl Sought {
    /// Waits for what each check names, from the first time of its window to before the other.
    pub fn new(sought: impl Iterator<Item = (usize, Happening, (Time, Time))>) -> Sought {
        let one = |(check, happening, window)| One { check, happening, window, found: Found::default() };
        Sought(sought.map(one).collect())
    }

    /// Something came to pass.
    pub fn hear(&mut self, at: Time, news: News) {
        let is_it = |one: &&mut One| {
            let (from, to) = one.window;
            (from..to).contains(&at) && one.happening.matches(news)
        };
        for One { found, .. } in self.0.iter_mut().filter(is_it) {
            found.times += 1;
            found.first.get_or_insert(at);
        }
    }

    /// How often it came to pass that the check at this position waits for.
    ///
    /// # Panics
    /// If that check waits for nothing.
    pub fn found(&self, check: usize) -> Found {
        let one = self.0.iter().find(|one| one.check == check);
        one.expect("only a check that waits is asked what it found").found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::HappeningKind;
    use crate::kernel::NodeId;

    #[test]
    fn what_came_to_pass_is_counted_within_its_window() {
        let crashed = |node| Happening::to_nodes(HappeningKind::Crashed, &[NodeId(node)], "crashed(kv.1)");
        let window = (Time(10), Time(20));
        let mut sought =
            Sought::new([(3, crashed(1), window), (5, crashed(2), (Time::ZERO, Time::MAX))].into_iter());
        let news = |kind, node| News::of_node(kind, NodeId(node));
        for at in [9, 10, 19, 20] {
            sought.hear(Time(at), news(HappeningKind::Crashed, 1));
            sought.hear(Time(at), news(HappeningKind::Booted, 2));
        }
        assert_eq!(sought.found(3), Found { times: 2, first: Some(Time(10)) });
        assert_eq!(sought.found(5), Found::default(), "a boot is no crash");
    }
}
