//! The functions of Envoy for one request and its response.

use super::{Host, HostFailure};
use edgewrit_edge::http::head::Pair;

/// Envoy, with one selected stream. During a callback of a stream that stream is selected.
pub trait StreamHost: Host {
    /// All headers of a message, from which pairs borrow.
    type Headers;

    /// Selects the stream with this id until the callback returns. Returns false if it is gone.
    fn select(self, stream: u32) -> bool;

    /// All headers of a message, pseudo-headers included.
    ///
    /// # Errors
    /// As all functions of this trait: if the host refuses the call.
    fn headers(self, message: Message) -> Result<Self::Headers, HostFailure>;

    /// Names in lower case and values; `None` if a name is not text.
    fn pairs(headers: &Self::Headers) -> Option<Vec<Pair<'_>>>;

    /// Removes all headers with the names `remove`, then sets the headers `set`, each in place of
    /// all headers of its name.
    fn change_headers(self, message: Message, remove: &[&str], set: &[Pair<'_>]) -> Result<(), HostFailure>;

    /// Removes all trailers of the request.
    fn remove_request_trailers(self) -> Result<(), HostFailure>;

    /// Removes all trailers of the response.
    fn remove_response_trailers(self) -> Result<(), HostFailure>;

    /// The first `size` bytes of the buffered body of the request. `size` is not 0.
    fn request_body(self, size: usize) -> Result<Vec<u8>, HostFailure>;

    /// Replaces the whole body of the request.
    fn replace_request_body(self, body: &[u8]) -> Result<(), HostFailure>;

    /// The cluster of the last route that Envoy has matched.
    fn selected_cluster(self) -> Result<Vec<u8>, HostFailure>;

    /// The details of the response, which say who made it.
    fn response_details(self) -> Result<Vec<u8>, HostFailure>;

    /// Answers the client in place of the upstream. The request stops, whatever the callback
    /// returns.
    fn send_reply(self, reply: &Reply<'_>) -> Result<(), HostFailure>;

    /// Publishes the label of the verdict for access logs.
    fn publish_verdict(self, label: &str) -> Result<(), HostFailure>;

    /// Resumes the paused request.
    fn resume_request(self) -> Result<(), HostFailure>;

    /// Ends the request without a response: the client sees a reset.
    fn cut_request(self) -> Result<(), HostFailure>;

    /// Cuts the response: the client sees that it is incomplete.
    fn cut_response(self) -> Result<(), HostFailure>;
}

/// A message with headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// The request, on its way upstream.
    Request,
    /// The response, on its way to the client.
    Response,
}

/// The act of the host on the stream when a callback returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The host passes the stream to the next filter.
    Continue,
    /// The host pauses the stream. Nothing reaches the upstream.
    Pause,
}

/// The response for [`StreamHost::send_reply`].
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The headers without pseudo-headers.
    pub headers: &'a [Pair<'a>],
    /// The body.
    pub body: &'a [u8],
    /// The details of the response in access logs.
    pub details: &'a str,
}
