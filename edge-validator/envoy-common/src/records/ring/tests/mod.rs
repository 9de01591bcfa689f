//! Tests of one owner, and a model of two owners that race.

mod model;
mod one_owner;
mod race;
mod replay;
