//! The command `edgewrit` as people and scripts use it.
#![expect(
    clippy::disallowed_methods,
    reason = "a test does to files what others would do, and measures"
)]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod administration;
mod command_line;
mod edge_configuration;
mod grants;
mod lifecycle;
mod reports;
mod support;
mod writs;
