//! The matrix of sites: base delay and profile of every ordered pair.

use crate::kernel::{Duration, SiteId};

use super::profile::Profile;

/// Places and what lies between them, per direction.
#[derive(Clone, Debug)]
pub struct Sites {
    names: Vec<String>,
    /// Row-major by (from, to).
    delays: Vec<Duration>,
    /// Index into `profiles`, row-major by (from, to).
    profile_of: Vec<u16>,
    profiles: Vec<Profile>,
}

impl Sites {
    /// Sites with the one-way delay `delay(from, to)` between each ordered pair, all with the same profile.
    pub fn new(names: Vec<String>, delay: impl Fn(usize, usize) -> Duration, profile: Profile) -> Self {
        let n = names.len();
        let delays = (0..n * n).map(|pair| delay(pair / n, pair % n)).collect();
        Sites { names, delays, profile_of: vec![0; n * n], profiles: vec![profile] }
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

    /// One-way delay and profile from `from` to `to`.
    #[inline]
    pub(super) fn link(&self, from: SiteId, to: SiteId) -> (Duration, &Profile) {
        let pair = from.index() * self.names.len() + to.index();
        (self.delays[pair], &self.profiles[usize::from(self.profile_of[pair])])
    }

    /// Gives one direction its own delay and profile.
    pub fn set_link(&mut self, from: SiteId, to: SiteId, delay: Duration, profile: Profile) {
        let pair = from.index() * self.names.len() + to.index();
        self.delays[pair] = delay;
        self.profile_of[pair] = u16::try_from(self.profiles.len()).expect("fewer than 65,536 link profiles");
        self.profiles.push(profile);
    }

    /// The profile from `from` to `to`.
    pub fn profile(&self, from: SiteId, to: SiteId) -> &Profile {
        self.link(from, to).1
    }
}
