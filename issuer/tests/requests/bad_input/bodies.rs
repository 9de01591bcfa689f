//! Malformed, mistyped, too large and unfinished bodies.

use super::table::Takes;
use axum::body::{Body, Bytes, HttpBody};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Frame;
use serde_json::{Value, json};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Interval, interval};

/// Bytes that cannot be read where `takes` is taken.
pub(super) fn malformed(takes: &Takes) -> Vec<Vec<u8>> {
    match takes {
        Takes::Json(good) | Takes::Change(good) => [malformed_json(&good.to_string()), vec![Vec::new()]].concat(),
        Takes::Empty => malformed_json("{\"a\":1,\"b\":\"x\"}"),
        Takes::Form(good) => malformed_form(good),
        Takes::Nothing | Takes::Anything => Vec::new(),
    }
}

/// Bytes that are no JSON; `good` is an object that is.
fn malformed_json(good: &str) -> Vec<Vec<u8>> {
    let member = good.strip_prefix('{').and_then(|rest| rest.split_once(','));
    let member = member.map_or(good, |(first, _)| first);
    let texts = [
        "{".into(),
        "NaN".into(),
        "[01]".into(),
        "{'a':1}".into(),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("\u{feff}{good}"),
        good.replace(':', " "),
        good.replacen('{', &format!("{{{member},"), 1),
        format!("{{\"more\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{{\"more\":[{}1]}}", "1,".repeat(100_000)),
        format!("{{\"more\":1e{}}}", "9".repeat(600)),
    ];
    let mut all: Vec<_> = texts.into_iter().map(String::into_bytes).collect();
    all.push(b"\xff\xfe{}".to_vec());
    all.push(good.replacen("\"", "\"\u{1}", 1).into_bytes());
    // Not UTF-8 inside of a text.
    let mut bytes = good.as_bytes().to_vec();
    let at = bytes.iter().rposition(u8::is_ascii_alphanumeric).unwrap();
    bytes[at] = 0xff;
    all.push(bytes);
    all
}

fn malformed_form(good: &str) -> Vec<Vec<u8>> {
    let (first, _) = good.split_once('&').unwrap_or((good, ""));
    let many: Vec<_> = (0..100).map(|number| format!("n{number}=1")).collect();
    let texts = [
        format!("{good}&{first}"),
        format!("{good}&more=%ff"),
        format!("{good}&%c3%28=1"),
        format!("{good}&{}", many.join("&")),
    ];
    let mut all: Vec<_> = texts.into_iter().map(String::into_bytes).collect();
    all.push([good.as_bytes(), b"&more=\xff"].concat());
    all
}

/// JSON of another shape than what `takes` is taken.
pub(super) fn mistyped(takes: &Takes) -> Vec<String> {
    let other = ["null", "[]", "7", "\"text\"", "true"].map(str::to_owned);
    match takes {
        Takes::Json(good) => {
            let missing = ["{}".to_owned()];
            other
                .into_iter()
                .chain(missing)
                .chain(others(good, json!(null)))
                .collect()
        }
        Takes::Change(good) => other.into_iter().chain(others(good, json!("x"))).collect(),
        Takes::Empty => other.into_iter().chain(["{\"more\":1}".to_owned()]).collect(),
        Takes::Form(_) | Takes::Nothing | Takes::Anything => Vec::new(),
    }
}

/// `good`, each of its members in turn of another type, or `nothing`.
fn others(good: &Value, nothing: Value) -> Vec<String> {
    let values = [nothing, json!(-7.5), json!(true), json!({}), json!([[]]), json!("")];
    let names = good.as_object().unwrap().keys();
    let changed = names.flat_map(|name| values.iter().map(move |value| (name, value)));
    // A writ may be any text, and one that is none is refused for that.
    let changed = changed.filter(|(name, value)| *name != "writ" || **value != json!(""));
    changed
        .map(|(name, value)| {
            let mut body = good.clone();
            body[name] = value.clone();
            body.to_string()
        })
        .collect()
}

/// A byte more than is taken, and whether its length is said before makes no difference.
pub(super) fn too_large() -> [Body; 2] {
    let large = Bytes::from(vec![b' '; 1024 * 1024 + 1]);
    let streamed = Body::new(Full::new(large.clone()).map_frame(|frame| frame));
    assert_eq!(streamed.size_hint().exact(), None);
    [Body::from(large), streamed]
}

/// A body of which a byte arrives every second.
#[derive(Default)]
pub(super) struct DripBody(Option<Interval>);

impl HttpBody for DripBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let every = self.0.get_or_insert_with(|| interval(Duration::from_secs(1)));
        ready!(every.poll_tick(context));
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b" ")))))
    }
}

/// A body after which the connection breaks, before its end was said.
pub(super) struct Torn(Option<Bytes>);

impl Torn {
    pub(super) fn after(text: String) -> Self {
        Self(Some(text.into()))
    }
}

impl HttpBody for Torn {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = self.0.take().map(Frame::data);
        Poll::Ready(Some(frame.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())))
    }
}
