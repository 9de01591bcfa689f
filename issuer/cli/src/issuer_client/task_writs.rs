//! The request for the writs of a task.

use super::data_directory_options::{problem_to_failure, text_at};
use super::remote_issuer::RemoteIssuer;
use crate::input::document::Document;
use crate::output::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use edgewrit_shared::secret::Secret;
use serde_json::Value;

/// The status of a task that the issuer has begun.
const CREATED: u16 = 201;

/// The value of `authorization` for the client with this id and secret (RFC 7617).
pub(crate) fn basic_login(id: &str, secret: &Secret) -> Secret {
    let pair = Secret::new(format!("{id}:{}", secret.expose()));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
}

/// Requests the writs of `task`. The same `idempotency_key` with the same task gets the same writs.
///
/// # Errors
/// The problem of the issuer, with the places in the file of the task.
pub(crate) fn request_task(
    issuer: &RemoteIssuer,
    login: &Secret,
    idempotency_key: Option<&str>,
    task: &Document,
) -> Result<Value, Failure> {
    let mut headers = vec![("authorization", login.expose())];
    headers.extend(idempotency_key.map(|key| ("idempotency-key", key)));
    let answer = issuer.post("/v1/tasks", &headers, &task.to_json())?;
    let body: Value = serde_json::from_slice(&answer.body).map_err(|_| {
        let (origin, status) = (issuer.origin(), answer.status);
        Failure::new(format!("{origin}: answered {status} without JSON: is this an issuer?"))
    })?;
    if answer.status == CREATED {
        return Ok(body);
    }
    Err(problem_to_failure(&body, |place, message| task.locate(place, message)))
}

/// The tokens of the writs in an answer.
pub(crate) fn list_tokens(body: &Value) -> Result<Vec<&str>, Failure> {
    let writs = body.get("writs").and_then(Value::as_array).into_iter().flatten();
    writs.map(|writ| text_at(writ, "/access_token")).collect()
}
