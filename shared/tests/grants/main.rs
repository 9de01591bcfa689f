//! What grants permit: the reading of both spellings, every kind of rule, the decision and its reasons, narrowing, and the laws
//! that hold for all of them.
#![cfg(test)]

mod cases;
mod comparing;
mod deciding;
mod patterns;
mod reading;
mod rules;
mod scopes;
mod support;
