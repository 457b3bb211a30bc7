//! The matrix of sites: base delay and profile of every ordered pair.

use crate::kernel::{Duration, SiteId};

use super::profile::Profile;

/// Places and what lies between them, per direction.
#[derive(Clone, Debug)]
pub struct Sites {
    names: Vec<String>,
    /// How many there are.
    count: u16,
    /// Row-major by (from, to).
    ways: Vec<Way>,
    profiles: Vec<Profile>,
}

/// What lies between one site and another.
#[derive(Clone, Copy, Debug)]
struct Way {
    delay: Duration,
    /// Index into `profiles`.
    profile: u32,
}

impl Sites {
    /// Sites with the one-way delay `delay(from, to)` between each ordered pair, all with the same profile.
    pub fn new(names: Vec<String>, delay: impl Fn(usize, usize) -> Duration, profile: Profile) -> Self {
        let n = names.len();
        let ways = (0..n * n).map(|pair| Way { delay: delay(pair / n, pair % n), profile: 0 }).collect();
        let count = u16::try_from(n).expect("at most 65,535 sites");
        Sites { names, count, ways, profiles: vec![profile] }
    }

    /// The names, in the order of their ids.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The site of this name.
    pub fn find(&self, name: &str) -> Option<SiteId> {
        self.names.iter().position(|known| known == name).map(|index| SiteId(index as u16))
    }

    /// One-way delay, without jitter.
    pub fn delay(&self, from: SiteId, to: SiteId) -> Duration {
        self.link(from, to).0
    }

    #[inline(always)]
    fn pair(&self, from: SiteId, to: SiteId) -> usize {
        from.index() * usize::from(self.count) + to.index()
    }

    /// One-way delay and profile from `from` to `to`.
    #[inline]
    pub(super) fn link(&self, from: SiteId, to: SiteId) -> (Duration, &Profile) {
        let Way { delay, profile } = self.ways[self.pair(from, to)];
        (delay, &self.profiles[profile as usize])
    }

    /// Gives one direction its own delay and profile.
    pub fn set_link(&mut self, from: SiteId, to: SiteId, delay: Duration, profile: Profile) {
        let pair = self.pair(from, to);
        self.ways[pair] = Way { delay, profile: self.profiles.len() as u32 };
        self.profiles.push(profile);
    }

    /// The profile from `from` to `to`.
    pub fn profile(&self, from: SiteId, to: SiteId) -> &Profile {
        self.link(from, to).1
    }
}
