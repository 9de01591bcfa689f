//! Sorting, in the validators too, where code is dear: the standard library's sorts are made for speed on long slices and weigh 6 KB of
//! WebAssembly for every type that is sorted (as does collecting into a B-tree); a heap is as fast as is needed here and weighs a tenth.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;

/// The items in ascending order. Takes `n log n` comparisons, whatever the items.
#[must_use]
pub fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    items.into_iter().collect::<BinaryHeap<T>>().into_sorted_vec()
}

/// [`sorted`], of equal items one.
#[must_use]
pub fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items = sorted(items);
    items.dedup();
    items
}
