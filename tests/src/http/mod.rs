//! HTTP/1.1 as evidence: bytes in, bytes out, nothing normalised. A client that sends what it is told, and a server that writes
//! down what it hears.

mod body;
mod client;
mod message;
mod request;
mod server;

pub use client::{Connection, Response, send};
pub use message::{Headers, Message, contains, values};
pub use request::Request;
pub use server::{Arrival, Reply, Server};
