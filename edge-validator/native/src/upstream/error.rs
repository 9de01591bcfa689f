//! Why an upstream gave no answer.

use super::framing::FramingFault;
use std::error::Error;
use std::io;
use std::time::Duration;

/// Why an upstream gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// No connection.
    #[error("no connection")]
    Connect(#[source] Box<dyn Error + Send + Sync>),
    /// No TLS: a certificate that is not valid for the host, or a fault of the protocol.
    #[error("no TLS")]
    Tls(#[source] io::Error),
    /// No connection in time.
    #[error("no connection within {} s", .0.as_secs())]
    ConnectLate(Duration),
    /// A request that HTTP cannot express.
    #[error("the request cannot be written")]
    Request(#[from] hyper::http::Error),
    /// A fault of HTTP, or the end of the connection.
    #[error("no response")]
    Http(#[from] hyper::Error),
    /// A head that two readers may read differently.
    #[error("the response is refused")]
    Framing(#[from] FramingFault),
    /// No head of a response in time.
    #[error("no response within {} s", .0.as_secs())]
    Late(Duration),
}
