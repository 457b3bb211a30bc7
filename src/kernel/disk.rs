//! What a process sees of its disk: named areas, writes to them, and what was durable when it boots.
//!
//! An area holds a sequence of records with positions 0, 1, 2 ...; a log appends to one and cuts either end, a
//! cell is an area that is only ever replaced. Writes are volatile until a sync that covers them completes.

use std::fmt;

/// A named region of a node's disk, such as a log or its metadata. Dense: a process numbers its own from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Area(pub u8);

/// A set of areas that one sync covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Areas(u8);

impl Areas {
    /// All of a node's areas: a flush of the whole device.
    pub const ALL: Areas = Areas(u8::MAX);

    /// Whether `area` is among them.
    #[inline]
    pub fn contains(self, area: Area) -> bool {
        self.0 & 1 << area.0 != 0
    }
}

impl From<Area> for Areas {
    fn from(area: Area) -> Areas {
        assert!(area.0 < 8, "a node has at most 8 disk areas");
        Areas(1 << area.0)
    }
}

impl std::ops::BitOr for Areas {
    type Output = Areas;
    fn bitor(self, other: Areas) -> Areas {
        Areas(self.0 | other.0)
    }
}

/// A change to one area.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Write<R> {
    /// Adds a record at the end.
    Append(R),
    /// Removes every record at position `from` and after it.
    TruncateSuffix {
        /// The first position removed.
        from: u64,
    },
    /// Removes every record before position `to`; the others keep their positions.
    TruncatePrefix {
        /// The first position kept; beyond the end it becomes the next position.
        to: u64,
    },
    /// Makes the area hold exactly this record, at position 0, atomically.
    Replace(R),
}

/// Names a disk operation to the process that asked for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DiskToken(pub u64);

/// Why a disk operation failed. (Faults that make one fail arrive with the disk fault zoo.)
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiskError {
    /// The device is out of space.
    Full,
    /// A sector could not be read or written.
    Sector,
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DiskError::Full => "disk full",
            DiskError::Sector => "sector error",
        })
    }
}

/// One area's durable records.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Image<R> {
    /// Position of the first record.
    first: u64,
    records: Vec<R>,
}

/// What of a node's writes is durable: all that a process gets back after a crash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Durable<R> {
    areas: Vec<Image<R>>,
}

impl<R> Default for Durable<R> {
    fn default() -> Self {
        Durable { areas: Vec::new() }
    }
}

impl<R> Durable<R> {
    /// The disk of a node that never wrote.
    pub fn empty() -> Self {
        Durable::default()
    }

    /// Position of the area's first record, counted from 0: how many were cut from its front.
    pub fn first(&self, area: Area) -> u64 {
        self.areas.get(usize::from(area.0)).map_or(0, |image| image.first)
    }

    /// The area's records, in order of position.
    pub fn records(&self, area: Area) -> &[R] {
        self.areas.get(usize::from(area.0)).map_or(&[], |image| &image.records)
    }

    /// The last record of the area: what a cell that is only replaced holds.
    pub fn last(&self, area: Area) -> Option<&R> {
        self.records(area).last()
    }

    /// Makes one write durable.
    pub fn apply(&mut self, area: Area, write: Write<R>) {
        let index = usize::from(area.0);
        while self.areas.len() <= index {
            self.areas.push(Image { first: 0, records: Vec::new() });
        }
        let image = &mut self.areas[index];
        match write {
            Write::Append(record) => image.records.push(record),
            Write::TruncateSuffix { from } => {
                image.records.truncate(from.saturating_sub(image.first) as usize);
            }
            Write::TruncatePrefix { to } => {
                let cut = to.saturating_sub(image.first).min(image.records.len() as u64);
                image.records.drain(..cut as usize);
                image.first = image.first.max(to);
            }
            Write::Replace(record) => *image = Image { first: 0, records: vec![record] },
        }
    }

    /// The same disk seen through `lower`, for a process inside a wider world. Boots are rare: it copies.
    pub fn map<S>(&self, lower: impl Fn(&R) -> S) -> Durable<S> {
        let map_image = |image: &Image<R>| Image {
            first: image.first,
            records: image.records.iter().map(&lower).collect(),
        };
        Durable { areas: self.areas.iter().map(map_image).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: Area = Area(1);

    fn log_of(records: &[u32]) -> Durable<u32> {
        let mut disk = Durable::empty();
        records.iter().for_each(|&record| disk.apply(LOG, Write::Append(record)));
        disk
    }

    #[test]
    fn positions_survive_a_cut_at_the_front() {
        let mut disk = log_of(&[10, 11, 12, 13]);
        disk.apply(LOG, Write::TruncatePrefix { to: 2 });
        assert_eq!((disk.first(LOG), disk.records(LOG)), (2, &[12, 13][..]));
        disk.apply(LOG, Write::TruncateSuffix { from: 3 });
        assert_eq!(disk.records(LOG), [12]);
    }

    #[test]
    fn a_cut_beyond_the_end_leaves_an_empty_area_at_that_position() {
        let mut disk = log_of(&[10]);
        disk.apply(LOG, Write::TruncatePrefix { to: 7 });
        assert_eq!((disk.first(LOG), disk.records(LOG)), (7, &[][..]));
    }

    #[test]
    fn areas_are_separate_and_an_unwritten_one_is_empty() {
        let mut disk = log_of(&[10]);
        disk.apply(Area(0), Write::Replace(7));
        disk.apply(Area(0), Write::Replace(8));
        assert_eq!(disk.records(Area(0)), [8]);
        assert_eq!(disk.records(LOG), [10]);
        assert_eq!(disk.last(Area(5)), None);
    }

    #[test]
    fn a_set_of_areas_holds_what_was_put_in() {
        let set = Areas::from(Area(0)) | Areas::from(Area(2));
        assert!(set.contains(Area(0)) && !set.contains(LOG) && set.contains(Area(2)));
        assert!(Areas::ALL.contains(Area(7)));
    }
}
