//! The pipeline through its public types, with an issuer in memory.
#![cfg(test)]

mod config;
mod harness;
mod issuer;
mod request;
mod verdict;
