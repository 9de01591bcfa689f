//! The parts of the tests and of the demo: real hosts, a real issuer, upstreams that record
//! requests, and the cases that every host has to agree on.

pub mod agents;
pub mod attack;
pub mod certificates;
pub mod client;
pub mod clock;
pub mod edge;
pub mod forging;
pub mod front;
pub mod http;
pub mod interposer;
pub mod issuer;
pub mod ports;
pub mod process;
pub mod readers;
pub mod scenario;
pub mod scratch;
pub mod text;
pub mod tools;
pub mod traffic;
pub mod upstream;
pub mod vectors;
pub mod yaml;
