//! The harness.

pub mod clock;
pub mod http;
pub mod ports;
pub mod process;
pub mod scratch;
pub mod tools;
