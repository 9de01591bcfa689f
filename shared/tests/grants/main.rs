//! What grants permit: the reading of both spellings, every kind of rule, the decision and its reasons, narrowing, and the laws
//! that hold for all of them.
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
