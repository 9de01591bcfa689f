//! Grants: the reading of both spellings, every kind of rule, decisions and their reasons,
//! narrowing, and the laws about all of them.
#![cfg(test)]

mod cases;
mod comparing;
mod deciding;
mod patterns;
mod reading;
mod rules;
mod scopes;
mod support;
