//! Bodies of requests: bounded in size and time, of the type they should be, read strictly.

use super::body_budget::{SMALL_BODY, UnauthenticatedBodyBudget};
use crate::base::json_document;
use crate::http::problem::{Code, Problem};
use axum::RequestExt as _;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use edgewrit_shared::json::document::Node;
use http_body_util::{BodyExt as _, LengthLimitError};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// The longest time in which a body arrives.
const ARRIVAL: Duration = Duration::from_secs(10);
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Reads a JSON body of at most `values` values by `read`. Answers the bytes too, for handlers
/// that compare bodies.
pub(in crate::http) async fn json<T: Send + 'static>(
    request: Request,
    values: usize,
    read: impl FnOnce(&Node<'_>) -> Option<T> + Send + 'static,
) -> Result<(T, Bytes), Problem> {
    expect_type(request.headers(), JSON)?;
    let bytes = receive(request).await?;
    let text = bytes.clone();
    let value = read_aside(bytes.len(), move || json_document::json(&text, values, read)).await??;
    Ok((value, bytes))
}

/// Bytes of a document that is read without giving way to other work: about 0.2 ms.
const READ_IN_PLACE: usize = 16 * 1024;

/// Reads a document of `length` bytes by `read`: a long one on a thread of its own, so that other
/// requests are answered meanwhile.
pub(in crate::http) async fn read_aside<T: Send + 'static>(
    length: usize,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    if length <= READ_IN_PLACE {
        return Ok(read());
    }
    spawn_blocking(read).await.map_err(|_| Code::Internal.into())
}

/// Takes an empty body, or `{}`.
pub(in crate::http) async fn expect_empty(request: Request) -> Result<(), Problem> {
    let bytes = receive(request).await?;
    if !bytes.is_empty() {
        json_document::json(&bytes, 2, |node| node.object(&[]).map(drop))?;
    }
    Ok(())
}

/// The names and values of an unauthenticated form, each name at most once but for those in
/// `repeatable`.
pub(in crate::http) async fn form(
    budget: &UnauthenticatedBodyBudget,
    request: Request,
    repeatable: &[&str],
) -> Result<Vec<(String, String)>, Problem> {
    expect_type(request.headers(), FORM)?;
    let bytes = receive_unauthenticated(budget, request).await?;
    pairs(&bytes, repeatable).ok_or_else(|| Problem::new(Code::BadRequest))
}

/// Splits a form or query. `None` if a name stands twice or something is not UTF-8.
pub(in crate::http) fn pairs(bytes: &[u8], repeatable: &[&str]) -> Option<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        // The decoder replaces what is not UTF-8 by this character, which nothing here can contain.
        let readable = !name.contains('\u{fffd}') && !value.contains('\u{fffd}');
        let second = !repeatable.contains(&&*name) && pairs.iter().any(|(other, _)| *other == name);
        if !readable || second || pairs.len() >= PAIRS {
            return None;
        }
        pairs.push((name.into_owned(), value.into_owned()));
    }
    Some(pairs)
}

/// Names in one form or query.
const PAIRS: usize = 64;

fn expect_type(headers: &HeaderMap, expected: &str) -> Result<(), Problem> {
    let mut found = headers.get_all(header::CONTENT_TYPE).iter();
    let only = match (found.next(), found.next()) {
        (Some(only), None) => only.to_str().unwrap_or_default(),
        _ => "",
    };
    let essence = only.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    Err(Problem::new(Code::ContentType).detail(format!("expected `content-type: {expected}`")))
}

/// The body of an authenticated request, once it is there.
pub(in crate::http) async fn receive(request: Request) -> Result<Bytes, Problem> {
    in_time(collect(request, None)).await
}

/// The body of an unauthenticated request, once it is there, if the budget has room for it.
pub(in crate::http) async fn receive_unauthenticated(
    budget: &UnauthenticatedBodyBudget,
    request: Request,
) -> Result<Bytes, Problem> {
    in_time(collect(request, Some(budget))).await
}

async fn in_time(receive: impl Future<Output = Result<Bytes, Problem>>) -> Result<Bytes, Problem> {
    let arrived = timeout(ARRIVAL, receive).await;
    arrived.unwrap_or_else(|_| Err(Code::RequestTimeout.into()))
}

async fn collect(request: Request, budget: Option<&UnauthenticatedBodyBudget>) -> Result<Bytes, Problem> {
    let mut body = request.into_limited_body();
    // A body that comes in one piece, as most do, is not copied.
    let (mut first, mut all, mut taken) = (Bytes::new(), Vec::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(unreadable)?.into_data() else {
            continue;
        };
        let length = first.len() + all.len() + data.len();
        if let Some(budget) = budget.filter(|_| length > SMALL_BODY) {
            taken.push(budget.take(data.len())?);
        }
        if length == data.len() {
            first = data;
            continue;
        }
        all.extend_from_slice(&std::mem::take(&mut first));
        all.extend_from_slice(&data);
    }
    Ok(if first.is_empty() { all.into() } else { first })
}

fn unreadable(error: axum::Error) -> Problem {
    match error.into_inner().downcast::<LengthLimitError>() {
        Ok(_) => Code::BodyTooLarge.into(),
        Err(_) => Code::BadRequest.into(),
    }
}
