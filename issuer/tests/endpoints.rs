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
mod bundle;
mod completion;
mod documentation;
mod doors;
mod dropped;
mod edges;
mod evidence;
mod keys;
mod oauth;
mod office;
mod omitting;
mod operating;
mod pruning;
mod records;
mod repeating;
mod requests;
mod restoring;
mod retaining;
mod session;
mod spending;
mod standing;
mod support;
mod tasks;
mod trouble;
mod upgrading;
mod wellknown;
