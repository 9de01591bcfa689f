//! Whole scenarios: agents, their tasks and their attacks.

mod agentwrit_sdk;
mod attack;
mod database;
mod travel;
