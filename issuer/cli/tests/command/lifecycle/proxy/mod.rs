//! `edgewrit proxy`: starts, faults, metrics, health, reloads and ends, with a real issuer.

mod admin;
mod drain;
mod forward_auth;
mod output;
mod records;
mod reload;
mod scene;
mod start;
mod upstream;
