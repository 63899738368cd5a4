//! Sets of whole numbers kept as sorted ranges: ports, IPv4 and IPv6 addresses are all this.

use smallvec::{Array, SmallVec};

/// A number that has a next and a previous one.
pub(crate) trait Step: Copy + Ord + std::fmt::Debug {
    /// Room for so many ranges in the set itself; more are kept apart.
    type Room: Array<Item = (Self, Self)> + Clone;
    const MIN: Self;
    const MAX: Self;
    /// The number after this one; `None` after the last.
    fn next(self) -> Option<Self>;
    /// The number before this one; `None` before the first.
    fn previous(self) -> Option<Self>;
}

macro_rules! step {
    ($($number:ty: $room:literal),*) => {$(
        impl Step for $number {
            type Room = [(Self, Self); $room];
            const MIN: Self = <$number>::MIN;
            const MAX: Self = <$number>::MAX;
            fn next(self) -> Option<Self> { self.checked_add(1) }
            fn previous(self) -> Option<Self> { self.checked_sub(1) }
        }
    )*};
}
// Few sets hold IPv6 addresses, and every set of addresses holds the room for them.
step!(u16: 2, u32: 2, u128: 0);

/// Disjoint inclusive ranges, ascending, no two of them touching.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct IntervalSet<T: Step>(SmallVec<T::Room>);

impl<T: Step> Default for IntervalSet<T> {
    fn default() -> Self {
        Self(SmallVec::new())
    }
}

impl<T: Step> std::fmt::Debug for IntervalSet<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter()).finish()
    }
}

impl<T: Step> IntervalSet<T> {
    pub(crate) fn all() -> Self {
        Self::range(T::MIN, T::MAX)
    }

    /// From `low` to `high`, both included; empty when they are the wrong way round.
    pub(crate) fn range(low: T, high: T) -> Self {
        if low > high {
            Self::default()
        } else {
            Self(SmallVec::from_iter([(low, high)]))
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn is_all(&self) -> bool {
        self.0.as_slice() == [(T::MIN, T::MAX)]
    }

    pub(crate) fn ranges(
        &self,
    ) -> impl DoubleEndedIterator<Item = (T, T)> + ExactSizeIterator + '_ {
        self.0.iter().copied()
    }

    pub(crate) fn contains(&self, value: T) -> bool {
        let at = self.0.partition_point(|(_, high)| *high < value);
        self.0.get(at).is_some_and(|(low, _)| *low <= value)
    }

    #[must_use]
    pub(crate) fn union(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        let mut all: SmallVec<[(T, T); 4]> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        let mut merged: SmallVec<T::Room> = SmallVec::new();
        for (low, high) in all {
            match merged.last_mut() {
                Some(last) if last.1.next().is_none_or(|after| low <= after) => {
                    last.1 = last.1.max(high);
                }
                _ => merged.push((low, high)),
            }
        }
        Self(merged)
    }

    /// Whether they have anything in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (mut i, mut j) = (0, 0);
        while let (Some((low, high)), Some((other_low, other_high))) =
            (self.0.get(i), other.0.get(j))
        {
            if low.max(other_low) <= high.min(other_high) {
                return true;
            }
            if high < other_high { i += 1 } else { j += 1 }
        }
        false
    }

    #[must_use]
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut both = SmallVec::new();
        while let (Some(&&(low, high)), Some(&&(other_low, other_high))) =
            (left.peek(), right.peek())
        {
            let (from, to) = (low.max(other_low), high.min(other_high));
            if from <= to {
                both.push((from, to));
            }
            if high < other_high {
                left.next()
            } else {
                right.next()
            };
        }
        Self(both)
    }

    #[must_use]
    pub(crate) fn difference(&self, other: &Self) -> Self {
        if other.is_empty() || self.is_empty() {
            return self.clone();
        }
        self.intersection(&other.complement())
    }

    #[must_use]
    pub(crate) fn complement(&self) -> Self {
        let mut gaps = SmallVec::new();
        let mut start = Some(T::MIN);
        for (low, high) in self.ranges() {
            if let (Some(from), Some(to)) = (start, low.previous())
                && from <= to
            {
                gaps.push((from, to));
            }
            start = high.next();
        }
        if let Some(from) = start {
            gaps.push((from, T::MAX));
        }
        Self(gaps)
    }

    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }
}

impl<T: Step> FromIterator<(T, T)> for IntervalSet<T> {
    fn from_iter<I: IntoIterator<Item = (T, T)>>(ranges: I) -> Self {
        ranges
            .into_iter()
            .fold(Self::default(), |set, (low, high)| {
                set.union(&Self::range(low, high))
            })
    }
}
