//! Commands on grants.

mod lint;
mod narrower;
