//! The upstreams behind an edge in tests and in the demo.

mod databases;
mod drip;
mod framed;
mod recorder;
mod travel;

pub use databases::Databases;
pub use drip::DripServer;
pub use framed::Framed;
pub use recorder::Recorder;
pub use travel::{Booking, Mood, Travel};

use crate::http::{ReceivedRequest, ServerReply};
use serde_json::json;

/// Whether a request carries the key of an API.
fn is_allowed(arrival: &ReceivedRequest, key: &str) -> bool {
    arrival.values("authorization") == [format!("Bearer {key}").as_bytes()]
}

fn problem(status: u16, says: &str) -> ServerReply {
    ServerReply::json(status, &json!({"error": says}))
}

/// The path of a target, and its query without the question mark.
fn path_and_query(target: &[u8]) -> (String, String) {
    let target = String::from_utf8_lossy(target);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    (path.to_owned(), query.to_owned())
}
