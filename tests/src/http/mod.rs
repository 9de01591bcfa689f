//! HTTP/1.1 as evidence: bytes in, bytes out, nothing normalised. A client that sends what it is told, HTTP/2 as well, and a server that writes
//! down what it hears.

mod body;
mod client;
mod h2;
mod message;
mod request;
mod server;

pub use client::{Connection, Response, send, send_within};
pub use h2::{PREFACE, field, frame, kind, read_frame};
pub use message::{Headers, Message, contains, values};
pub use request::Request;
pub use server::{Arrival, Reply, Server};
