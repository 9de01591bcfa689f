//! Heap sort, for small code in the validators. The sorts of the standard library are made for
//! speed on long slices and add 6 KB of WebAssembly for every sorted type (as does collecting into
//! a B-tree). A heap sort is fast enough here and adds a tenth of that.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;

/// The items in ascending order. The sort takes `n log n` comparisons, whatever the items.
#[must_use]
pub fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    items.into_iter().collect::<BinaryHeap<T>>().into_sorted_vec()
}

/// The items in ascending order, each once.
#[must_use]
pub fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items = sorted(items);
    items.dedup();
    items
}
