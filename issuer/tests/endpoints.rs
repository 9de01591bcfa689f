//! The issuer's endpoints, called without a socket.
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

mod agentwrit;
mod audit;
mod edges;
mod operation;
mod requests;
mod support;
mod tasks;
mod tokens;
