//! What a process sees of its disk: named areas, writes to them, and what was durable when it boots.
//!
//! An area holds a sequence of records with positions 0, 1, 2 ...; a log appends to one and cuts either end, a
//! cell is an area that is only ever replaced. Writes are volatile until a sync that covers them completes.
//!
//! Records carry a checksum and their own address. What a process reads at boot is whole, or it is told at which
//! positions it is not and why ([`Damage`]); a damaged record cannot be read at all.

use std::collections::BTreeMap;
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

/// Why a sync failed. Of each area a prefix of the writes that it covered is durable; the others are gone, and no later
/// sync writes them: after an error the page cache calls clean what never reached the disk (Rebello and others, "Can
/// Applications Recover from fsync Failures?", USENIX ATC 2020).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiskError {
    /// The device is out of space.
    Full,
    /// A sector could not be written.
    Sector,
    /// The device is gone, and everything on it.
    Gone,
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DiskError::Full => "disk full",
            DiskError::Sector => "sector error",
            DiskError::Gone => "disk gone",
        })
    }
}

/// What is wrong with a record that is found at boot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Damage {
    /// Its beginning is there and its end is not: a crash came in the middle of the write. Blocks that hold what lay there
    /// before tell it from what has gone bad since.
    Torn,
    /// It is not what was written: its checksum does not match, or it was written for another place.
    Corrupt,
    /// The device cannot read it.
    Unreadable,
    /// Nothing was written there, though something stands behind it.
    Missing,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Damage::Torn => "torn",
            Damage::Corrupt => "corrupt",
            Damage::Unreadable => "unreadable",
            Damage::Missing => "missing",
        })
    }
}

/// An area in which not every record can be read.
#[derive(PartialEq, Eq, Debug)]
pub struct Damaged<'a, R> {
    image: &'a Image<R>,
}

impl<R> Clone for Damaged<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Damaged<'_, R> {}

impl<'a, R> Damaged<'a, R> {
    /// The damaged positions, in order, each with what is wrong there.
    pub fn all(self) -> impl Iterator<Item = (u64, Damage)> + 'a {
        self.image.damage.iter().map(|(&position, &damage)| (position, damage))
    }

    /// The first of them.
    pub fn first(self) -> (u64, Damage) {
        self.all().next().expect("only an area with damage is called damaged")
    }

    /// The records before the first damaged one. Behind it others may be intact.
    pub fn before(self) -> &'a [R] {
        &self.image.records[..(self.first().0 - self.image.first) as usize]
    }

    /// All records but the last, if that one is torn and no other is damaged: what a crash leaves of writes that no sync
    /// had covered, and nothing worse.
    pub fn before_torn_end(self) -> Option<&'a [R]> {
        let is_torn_end = self.first() == (self.image.end() - 1, Damage::Torn);
        is_torn_end.then(|| self.before())
    }

    /// The intact records, in order of position, whatever is between them.
    pub fn intact(self) -> impl Iterator<Item = &'a R> {
        self.image.intact().map(|(_, record)| record)
    }
}

/// One area's durable records.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Image<R> {
    /// Position of the first record.
    first: u64,
    /// What stands at a damaged position is nothing to anybody: it keeps the place.
    records: Vec<R>,
    /// By position.
    damage: BTreeMap<u64, Damage>,
}

impl<R> Image<R> {
    const EMPTY: Image<R> = Image { first: 0, records: Vec::new(), damage: BTreeMap::new() };

    fn end(&self) -> u64 {
        self.first + self.records.len() as u64
    }

    fn truncate(&mut self, from: u64) {
        self.records.truncate(from.saturating_sub(self.first) as usize);
        self.damage.split_off(&from);
    }

    fn intact(&self) -> impl Iterator<Item = (u64, &R)> {
        let positioned = (self.first..).zip(&self.records);
        positioned.filter(|(position, _)| !self.damage.contains_key(position))
    }
}

/// What of a node's writes is durable: all that a process gets back after a crash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Durable<R> {
    areas: Vec<Image<R>>,
    is_replacement: bool,
}

impl<R> Default for Durable<R> {
    fn default() -> Self {
        Durable { areas: Vec::new(), is_replacement: false }
    }
}

impl<R> Durable<R> {
    /// The disk of a node that never wrote.
    pub fn empty() -> Self {
        Durable::default()
    }

    /// An empty disk in the place of one that is lost.
    pub fn replacement() -> Self {
        Durable { areas: Vec::new(), is_replacement: true }
    }

    /// Whether it stands in the place of a disk that is lost, as whoever put it there knows: what the node promised before
    /// is forgotten.
    pub fn is_replacement(&self) -> bool {
        self.is_replacement
    }

    /// Position of the area's first record, counted from 0: how many were cut from its front.
    pub fn first(&self, area: Area) -> u64 {
        self.image(area).map_or(0, |image| image.first)
    }

    /// Position behind the area's last record, damaged or not: where the next one goes.
    pub fn end(&self, area: Area) -> u64 {
        self.image(area).map_or(0, Image::end)
    }

    /// The area's records, in order of position.
    ///
    /// # Errors
    /// [`Damaged`] if one of them cannot be read.
    pub fn records(&self, area: Area) -> Result<&[R], Damaged<'_, R>> {
        match self.image(area) {
            None => Ok(&[]),
            Some(image) if image.damage.is_empty() => Ok(&image.records),
            Some(image) => Err(Damaged { image }),
        }
    }

    /// The last record of the area: what a cell that is only replaced holds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn last(&self, area: Area) -> Result<Option<&R>, Damage> {
        let Some(image) = self.image(area) else { return Ok(None) };
        match image.damage.get(&image.end().wrapping_sub(1)) {
            Some(damage) => Err(*damage),
            None => Ok(image.records.last()),
        }
    }

    /// Whether all records can be read, but for torn ends.
    pub fn is_sound(&self) -> bool {
        let sound =
            |image: &Image<R>| image.damage.is_empty() || Damaged { image }.before_torn_end().is_some();
        self.areas.iter().all(sound)
    }

    /// Makes one write durable.
    pub fn apply(&mut self, area: Area, write: Write<R>) {
        let image = self.image_mut(area);
        match write {
            Write::Append(record) => image.records.push(record),
            Write::TruncateSuffix { from } => image.truncate(from),
            Write::TruncatePrefix { to } => {
                let cut = to.saturating_sub(image.first).min(image.records.len() as u64);
                image.records.drain(..cut as usize);
                image.first = image.first.max(to);
                image.damage = image.damage.split_off(&to);
            }
            Write::Replace(record) => {
                *image = Image { first: 0, records: vec![record], damage: BTreeMap::new() };
            }
        }
    }

    /// The record at `position` can no longer be read.
    ///
    /// # Panics
    /// If there is none.
    pub fn harm(&mut self, area: Area, position: u64, damage: Damage) {
        let image = self.image_mut(area);
        assert!((image.first..image.end()).contains(&position), "only a record can be damaged");
        image.damage.insert(position, damage);
    }

    /// `record` stands at `position` now, in place of what was there.
    ///
    /// # Panics
    /// If nothing was.
    pub fn overwrite(&mut self, area: Area, position: u64, record: R) {
        let image = self.image_mut(area);
        let place = position.checked_sub(image.first).and_then(|place| image.records.get_mut(place as usize));
        *place.expect("only a record can be overwritten") = record;
        image.damage.remove(&position);
    }

    /// Where records can be read, by area and position.
    pub fn intact(&self) -> impl Iterator<Item = (Area, u64)> {
        let places = |(area, image): (u8, &Image<R>)| -> Vec<(Area, u64)> {
            image.intact().map(|(at, _)| (Area(area), at)).collect()
        };
        (0..).zip(&self.areas).flat_map(places)
    }

    /// Areas end with something that was written: nobody can tell from the disk that more should be there.
    pub fn forget_missing_ends(&mut self) {
        for image in &mut self.areas {
            while let Some((&position, Damage::Missing)) = image.damage.last_key_value()
                && position + 1 == image.end()
            {
                image.truncate(position);
            }
        }
    }

    /// The same disk seen through `lower`, for a process inside a wider world. Boots are rare: it copies.
    pub fn map<S>(&self, lower: impl Fn(&R) -> S) -> Durable<S> {
        let map_image = |image: &Image<R>| Image {
            first: image.first,
            records: image.records.iter().map(&lower).collect(),
            damage: image.damage.clone(),
        };
        let areas = self.areas.iter().map(map_image).collect();
        Durable { areas, is_replacement: self.is_replacement }
    }

    fn image(&self, area: Area) -> Option<&Image<R>> {
        self.areas.get(usize::from(area.0))
    }

    fn image_mut(&mut self, area: Area) -> &mut Image<R> {
        let index = usize::from(area.0);
        while self.areas.len() <= index {
            self.areas.push(Image::EMPTY);
        }
        &mut self.areas[index]
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
        assert_eq!((disk.first(LOG), disk.end(LOG), disk.records(LOG)), (2, 4, Ok(&[12, 13][..])));
        disk.apply(LOG, Write::TruncateSuffix { from: 3 });
        assert_eq!(disk.records(LOG), Ok(&[12][..]));
    }

    #[test]
    fn a_cut_beyond_the_end_leaves_an_empty_area_at_that_position() {
        let mut disk = log_of(&[10]);
        disk.apply(LOG, Write::TruncatePrefix { to: 7 });
        assert_eq!((disk.first(LOG), disk.records(LOG)), (7, Ok(&[][..])));
    }

    #[test]
    fn areas_are_separate_and_an_unwritten_one_is_empty() {
        let mut disk = log_of(&[10]);
        disk.apply(Area(0), Write::Replace(7));
        disk.apply(Area(0), Write::Replace(8));
        assert_eq!(disk.records(Area(0)), Ok(&[8][..]));
        assert_eq!(disk.records(LOG), Ok(&[10][..]));
        assert_eq!(disk.last(Area(5)), Ok(None));
    }

    #[test]
    fn a_set_of_areas_holds_what_was_put_in() {
        let set = Areas::from(Area(0)) | Areas::from(Area(2));
        assert!(set.contains(Area(0)) && !set.contains(LOG) && set.contains(Area(2)));
        assert!(Areas::ALL.contains(Area(7)));
    }

    #[test]
    fn a_damaged_record_cannot_be_read_and_the_others_can() {
        let mut disk = log_of(&[10, 11, 12, 13]);
        disk.harm(LOG, 1, Damage::Corrupt);
        disk.harm(LOG, 3, Damage::Unreadable);
        let damaged = disk.records(LOG).expect_err("two records are damaged");
        assert!(damaged.all().eq([(1, Damage::Corrupt), (3, Damage::Unreadable)]));
        assert_eq!((damaged.before(), damaged.before_torn_end()), (&[10][..], None));
        assert!(damaged.intact().eq(&[10, 12]));
        assert_eq!(disk.last(LOG), Err(Damage::Unreadable));
        assert_eq!((disk.end(LOG), disk.records(Area(0))), (4, Ok(&[][..])));
        assert!(disk.intact().eq([(LOG, 0), (LOG, 2)]));
    }

    #[test]
    fn only_a_torn_record_at_the_very_end_is_a_torn_end() {
        let torn_at = |positions: &[u64]| {
            let mut disk = log_of(&[10, 11, 12]);
            positions.iter().for_each(|&position| disk.harm(LOG, position, Damage::Torn));
            disk.records(LOG).expect_err("it is torn").before_torn_end().map(<[u32]>::len)
        };
        assert_eq!([torn_at(&[2]), torn_at(&[1]), torn_at(&[1, 2])], [Some(2), None, None]);
    }

    #[test]
    fn damage_goes_with_the_record_that_is_cut_or_replaced_and_keeps_its_position() {
        let mut disk = log_of(&[10, 11, 12, 13]);
        [0, 2, 3].into_iter().for_each(|position| disk.harm(LOG, position, Damage::Corrupt));
        disk.apply(LOG, Write::TruncateSuffix { from: 3 });
        disk.apply(LOG, Write::TruncatePrefix { to: 1 });
        disk.apply(LOG, Write::Append(14));
        assert!(disk.records(LOG).is_err_and(|damaged| damaged.all().eq([(2, Damage::Corrupt)])));
        assert_eq!(disk.map(|record| record * 2).last(LOG), Ok(Some(&28)));
        disk.overwrite(LOG, 2, 99);
        assert_eq!(disk.records(LOG), Ok(&[11, 99, 14][..]));
        disk.harm(LOG, 1, Damage::Torn);
        disk.apply(LOG, Write::Replace(5));
        assert_eq!(disk.last(LOG), Ok(Some(&5)));
    }

    #[test]
    fn what_is_missing_at_the_end_is_not_seen_and_before_it_is() {
        let mut disk = log_of(&[10, 11, 12, 13]);
        [1, 2, 3].into_iter().for_each(|position| disk.harm(LOG, position, Damage::Missing));
        let mut with_one_behind = disk.clone();
        disk.forget_missing_ends();
        assert_eq!(disk.records(LOG), Ok(&[10][..]));
        with_one_behind.apply(LOG, Write::Append(14));
        with_one_behind.forget_missing_ends();
        assert_eq!(with_one_behind.end(LOG), 5);
        assert_eq!(with_one_behind.records(LOG).map_err(Damaged::first), Err((1, Damage::Missing)));
    }
}
