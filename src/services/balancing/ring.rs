//! A ring of points: the circle of all hashes, with the points of endpoints on it.
//!
//! The circle is cut into equal parts, about as many as there are points and a power of two, and a guide says where in the order
//! of points each part begins: that is the way to a point, and how points are put in order.

use super::{Fleet, Place};
use crate::kernel::Keyed;

/// Most points of a ring, as in Envoy; beyond, everybody has fewer in proportion, and one at least.
const POINTS_MAX: f64 = 8_388_608.0;

/// A ring of points.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    points_per_weight: f64,
    endpoints: Keyed,
    keys: Keyed,
    /// Clockwise.
    points: Vec<Point>,
    /// For each part of the circle the position of the first point in it or after it.
    guide: Vec<u32>,
    /// The bits of a hash above this many say its part.
    shift: u32,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    /// The upper half of a hash, as in Ketama: a pick waits for memory, and with whole ones a ring would take twice as much.
    hash: u32,
    place: Place,
}

impl Ring {
    /// A ring with `points_per_weight` points for a weight of 1, and nobody on it.
    pub fn new(points_per_weight: f64) -> Self {
        assert!(points_per_weight > 0.0, "a ring has points");
        Ring {
            points_per_weight,
            endpoints: Keyed::new(0, "points of a ring"),
            keys: Keyed::new(0, "keys on a ring"),
            points: Vec::new(),
            guide: Vec::new(),
            shift: 31,
        }
    }

    /// The position of the first point that is not before the key.
    #[inline]
    pub fn successor(&self, key: u64) -> usize {
        let hash = (self.keys.draw(key, 0) >> 32) as u32;
        let mut position = self.guide[(hash >> self.shift) as usize] as usize;
        while position < self.points.len() && self.points[position].hash < hash {
            position += 1;
        }
        if position < self.points.len() { position } else { 0 }
    }

    /// The position clockwise of one.
    #[inline]
    pub fn next(&self, position: usize) -> usize {
        if position + 1 < self.points.len() { position + 1 } else { 0 }
    }

    /// Whose the point at a position is.
    #[inline]
    pub fn at(&self, position: usize) -> Place {
        self.points[position].place
    }

    /// Puts the points of `among` on the ring, and those of nobody else: counts how many fall into each part, puts each
    /// into its part, and puts the few of a part in order.
    pub fn rebuild(&mut self, fleet: &Fleet, among: &[Place]) {
        let counts = self.counts(fleet, among);
        let len = counts.iter().sum::<u64>() as usize;
        let parts = len.next_power_of_two().max(2);
        let shift = 32 - parts.trailing_zeros();
        let endpoints = self.endpoints;
        let points = || {
            among.iter().zip(&counts).flat_map(|(place, count)| {
                let name = fleet.get(*place).name;
                let hash = move |number| (endpoints.draw(name, number) >> 32) as u32;
                (0..*count).map(move |number| Point { hash: hash(number), place: *place })
            })
        };
        let mut guide = vec![0; parts + 1];
        points().for_each(|point| guide[(point.hash >> shift) as usize + 1] += 1);
        (0..parts).for_each(|part| guide[part + 1] += guide[part]);
        let mut free = guide.clone();
        self.points.clear();
        self.points.resize(len, Point { hash: 0, place: Place(0) });
        for point in points() {
            let free = &mut free[(point.hash >> shift) as usize];
            self.points[*free as usize] = point;
            *free += 1;
        }
        let order = |point: &Point| (point.hash, fleet.get(point.place).name);
        for part in guide.windows(2) {
            self.points[part[0] as usize..part[1] as usize].sort_unstable_by_key(order);
        }
        (self.guide, self.shift) = (guide, shift);
    }

    /// How many points each of `among` has.
    fn counts(&self, fleet: &Fleet, among: &[Place]) -> Vec<u64> {
        let total: f64 = among.iter().map(|place| fleet.get(*place).weight).sum();
        let points_per_weight = self.points_per_weight.min(POINTS_MAX / total);
        let count = |place: &Place| (fleet.get(*place).weight * points_per_weight + 0.5).max(1.0) as u64;
        among.iter().map(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, weighted};
    use super::*;

    /// Against a ring made the plain way.
    #[test]
    fn a_key_goes_to_the_first_point_that_is_not_before_it() {
        let fleet = weighted(&[1.0, 0.25, 3.0]);
        for points_per_weight in [0.5, 1.0, 7.0, 160.0] {
            let mut ring = Ring::new(points_per_weight);
            ring.rebuild(&fleet, &all(&fleet));
            let mut plain = Vec::new();
            for (place, count) in all(&fleet).into_iter().zip(ring.counts(&fleet, &all(&fleet))) {
                let hash = |number| ring.endpoints.draw(fleet.get(place).name, number) >> 32;
                plain.extend((0..count).map(|number| (hash(number), place)));
            }
            plain.sort_unstable();
            assert!(plain.iter().map(|(_, place)| *place).eq(ring.points.iter().map(|point| point.place)));
            for key in 0..2_000 {
                let hash = ring.keys.draw(key, 0) >> 32;
                let expected = plain.iter().position(|point| point.0 >= hash).unwrap_or(0);
                assert_eq!(ring.successor(key), expected, "{points_per_weight} points, key {key}");
            }
        }
    }

    #[test]
    fn points_are_in_proportion_to_weights_and_one_at_least() {
        let counts = |weights: &[f64]| {
            let fleet = weighted(weights);
            let mut ring = Ring::new(160.0);
            ring.rebuild(&fleet, &all(&fleet));
            let mut counts = vec![0; weights.len()];
            ring.points.iter().for_each(|point| counts[point.place.index()] += 1);
            assert_eq!(ring.next(ring.points.len() - 1), 0);
            counts
        };
        assert_eq!(counts(&[1.0, 2.0, 0.001]), [160, 320, 1]);
        assert_eq!(counts(&[1e6, 1.0, 3e6]), [2_097_151, 2, 6_291_454], "as many as there may be");
    }
}
