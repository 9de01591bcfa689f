//! Verdicts, in every order of events.

mod caching;
mod chaos;
mod cost;
mod order;
mod refusals;
mod rehearsal;
mod response;
mod scenario;
mod spend;
mod waits;
