//! The pipeline through its public types, with an issuer in memory.
//!
//! The tests write paths and bodies of calls to the issuer as literals: they assert that the wire
//! format does not change.
#![cfg(test)]

mod config;
mod harness;
mod issuer;
mod request;
mod verdict;
