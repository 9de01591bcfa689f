//! HTTP/1.1 as evidence: bytes in, bytes out, nothing normalised. A client that sends what it is
//! told, HTTP/2 as well, and a server that writes down what it hears.

mod body;
mod client;
mod h2;
mod headers;
mod message;
mod request;
mod response;
mod server;

pub use client::{ClientConnection, send, send_within};
pub use h2::{PREFACE, field, frame, kind, read_frame};
pub use headers::{HeaderList, values};
pub use message::{HttpMessage, contains};
pub use request::HttpRequest;
pub use response::HttpResponse;
pub use server::{ByteStream, LoopbackServer, ReceivedRequest, ServerReply};
