//! Parts of an exchange that could pass unseen: trailers and metadata. No verdict has seen them,
//! and no edit was made to them, so the filter removes them or stops the exchange.

use crate::host::stream::{Flow, StreamHost};

/// The host has received trailers after the body of a response. The filter removes them.
pub fn receive_response_trailers(host: impl StreamHost) -> Flow {
    match host.remove_response_trailers() {
        Ok(()) => Flow::Continue,
        Err(failure) => {
            failure.log(host);
            receive_response_metadata(host)
        }
    }
}

/// The host has received metadata with a request. The host can neither show nor drop metadata, so
/// the filter stops the request.
pub fn receive_request_metadata(host: impl StreamHost) -> Flow {
    host.cut_request().unwrap_or_else(|failure| failure.log(host));
    Flow::Pause
}

/// The host has received metadata with a response. The host can neither show nor drop metadata, so
/// the filter stops the response.
pub fn receive_response_metadata(host: impl StreamHost) -> Flow {
    host.cut_response().unwrap_or_else(|failure| failure.log(host));
    Flow::Pause
}
