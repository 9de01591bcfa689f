//! What the tests and the demo are made of: real hosts, a real issuer, upstreams that write down what they hear, and the
//! cases that every host has to agree on.

pub mod agents;
pub mod attack;
pub mod client;
pub mod clock;
pub mod edge;
pub mod forge;
pub mod front;
pub mod http;
pub mod issuer;
pub mod ports;
pub mod process;
pub mod readers;
pub mod scratch;
pub mod story;
pub mod text;
pub mod tools;
pub mod traffic;
pub mod upstream;
pub mod vectors;
pub mod yaml;
