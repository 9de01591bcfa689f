//! Grants: the reading of both spellings, every kind of rule, decisions and their reasons,
//! narrowing, and the laws about all of them.
#![cfg(test)]

mod bounds;
mod deciding;
mod intersecting;
mod laws;
mod listed;
mod made;
mod naive;
mod narrowing;
mod overlap;
mod overlapping;
mod patterns;
mod reading;
mod rules;
mod scopes;
mod steps;
mod support;
mod together;
