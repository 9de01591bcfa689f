//! Grants compared with grants: narrowing, overlap, intersection, and the laws that hold for all of
//! them.

mod bounds;
mod intersecting;
mod laws;
mod narrowing;
mod overlap;
mod overlapping;
mod together;
