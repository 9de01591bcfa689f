//! `edgewrit proxy`: starts, faults, metrics, health and ends, with a real issuer.

mod admin;
mod drain;
mod records;
mod scene;
mod start;
mod upstream;
