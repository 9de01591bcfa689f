//! Bodies of requests: bounded in size and time, of the type they should be, read strictly.

use crate::problem::{Code, Problem};
use crate::reading;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use edgewrit_shared::document::Node;
use std::time::Duration;
use tokio::time::timeout;

/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Reads a JSON body of at most `values` values by `read`. Answers the bytes too, for those who compare bodies.
pub(super) async fn json<T>(
    request: Request,
    values: usize,
    read: impl FnOnce(&Node<'_>) -> Option<T>,
) -> Result<(T, Bytes), Problem> {
    expect_type(request.headers(), JSON)?;
    let bytes = arrive(request).await?;
    let value = reading::json(&bytes, values, read)?;
    Ok((value, bytes))
}

/// Takes an empty body, or `{}`.
pub(super) async fn nothing(request: Request) -> Result<(), Problem> {
    let bytes = arrive(request).await?;
    if !bytes.is_empty() {
        reading::json(&bytes, 2, |node| node.object(&[]).map(drop))?;
    }
    Ok(())
}

/// The names and values of a form, each name at most once but for those in `repeatable`.
pub(super) async fn form(request: Request, repeatable: &[&str]) -> Result<Vec<(String, String)>, Problem> {
    expect_type(request.headers(), FORM)?;
    let bytes = arrive(request).await?;
    pairs(&bytes, repeatable).ok_or_else(|| Problem::new(Code::BadRequest))
}

/// Splits a form or query. `None` if a name stands twice or something is not UTF-8.
pub(super) fn pairs(bytes: &[u8], repeatable: &[&str]) -> Option<Vec<(String, String)>> {
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

/// The body, once it is there.
pub(super) async fn arrive(request: Request) -> Result<Bytes, Problem> {
    match timeout(ARRIVAL, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Code::BodyTooLarge.into()),
        Ok(Err(_)) => Err(Code::BadRequest.into()),
        Err(_) => Err(Code::RequestTimeout.into()),
    }
}
