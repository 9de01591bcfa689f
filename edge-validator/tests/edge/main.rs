//! The pipeline through its public types, with an issuer in memory.
#![cfg(test)]

mod caching;
mod chaos;
mod configuration;
mod cost;
mod delivery;
mod documentation;
mod follow;
mod forms;
mod harness;
mod hosts;
mod lists;
mod numbers;
mod operations;
mod order;
mod record;
mod refusals;
mod rehearsal;
mod response;
mod sent;
mod spend;
mod story;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod version_0_1;
mod waits;
