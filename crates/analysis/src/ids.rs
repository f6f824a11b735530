//! Types of indices: each counts the places of one table, so that an index of one table cannot be used for another.

/// An index of any table, for algorithms over tables of several kinds.
pub(crate) trait TableIndex: Copy + Eq + Ord {
    fn new(place: usize) -> Self;
    fn index(self) -> usize;
}

/// Defines types of indices. The number is stored plus one, so that an `Option` of an index, or an enum with one more
/// variant, is not larger than the index.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(std::num::NonZeroU32);

        #[allow(dead_code, reason = "not every index is made from a place, becomes one, and counts a list")]
        impl $name {
            /// The index of a place. A table has less than 2^32 - 1 places.
            #[must_use]
            pub const fn new(place: usize) -> Self {
                let place = if place < u32::MAX as usize { place as u32 } else { u32::MAX - 1 };
                Self(std::num::NonZeroU32::MIN.saturating_add(place))
            }

            /// The place, from 0.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0.get() as usize - 1
            }

            /// The elements of a table, each with its index.
            pub fn enumerate<List: IntoIterator>(table: List) -> impl Iterator<Item = (Self, List::Item)> {
                (0..).map(Self::new).zip(table)
            }
        }

        impl $crate::ids::TableIndex for $name {
            fn new(place: usize) -> Self {
                Self::new(place)
            }

            fn index(self) -> usize {
                self.index()
            }
        }
    )+};
}

pub(crate) use ids;

ids! {
    /// A file of the analyzed tree: a place in [`Facts::files`](crate::facts::Facts::files).
    FileId;
}
