//! The command `edgewrit`, called as people and scripts call it.
#![expect(
    clippy::disallowed_methods,
    reason = "a test changes files as other processes would, and measures"
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
