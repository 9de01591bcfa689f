//! Commands on grants.

mod linting;
mod narrower;
