//! The answer to a request.

use super::headers::{HeaderList, values};

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct HttpResponse {
    /// The status; 0 if the first line has none.
    pub status: u16,
    /// The headers.
    pub headers: HeaderList,
    /// The body, empty if there is none.
    pub body: Vec<u8>,
    /// The statuses of the interim answers (1xx) before it.
    pub interim: Vec<u16>,
    /// The trailers. Over HTTP/2 each block of fields is one value without a name, and metadata is
    /// a value called so.
    pub trailers: HeaderList,
}

impl HttpResponse {
    /// The only value of the header called `name`, as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        match values(&self.headers, name).as_slice() {
            [value] => str::from_utf8(value).ok(),
            _ => None,
        }
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The id by which the host's log line about this answer is found.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        if let Some(id) = self.header("edgewrit-request-id") {
            return Some(id.to_owned());
        }
        let problem = self.json();
        problem
            .get("request_id")
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned)
    }
}
