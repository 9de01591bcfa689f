//! Revocation, at every level.

use super::AdminState;
use crate::http::extract::body;
use crate::http::extract::request_info::request_info;
use crate::http::problem::Problem;
use crate::http::response;
use crate::tokens::revoke::{RevokeLevel, RevokeTarget};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::{JSON_VALUES, TIME_MAX};
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn end(State(state): State<Arc<AdminState>>, request: Request) -> Result<Response, Problem> {
    let info = request_info(request.headers());
    let ((revoke_target, cut), _) = body::json(request, JSON_VALUES, read).await?;
    let (level, target) = (revoke_target.level.as_str(), revoke_target.target.clone());
    let count = state.revocations.revoke(revoke_target, cut, &info).await?;
    tracing::info!(level, count, "revoked");
    let answer = json!({"level": level, "target": target, "count": count});
    Ok(response::json(StatusCode::OK, &answer))
}

/// Reads `{level, target?, before?}`.
fn read(node: &Node<'_>) -> Option<(RevokeTarget, Option<UnixSeconds>)> {
    let members = node.object(&["level", "target", "before"])?;
    let level = members.required("level").and_then(read_level);
    let target = members.optional("target").map_or(Some(""), Node::text)?;
    let cut = match members.optional("before") {
        None => None,
        Some(node) => Some(UnixSeconds(node.integer(0, TIME_MAX)?)),
    };
    let revoke_target = RevokeTarget::new(level?, target.to_owned());
    if revoke_target.is_none() {
        node.fault("expected a `target` by its id on this level, or none on the level `all`");
    }
    Some((revoke_target?, cut))
}

fn read_level(node: &Node<'_>) -> Option<RevokeLevel> {
    let level = RevokeLevel::parse(node.text()?);
    let names = || RevokeLevel::ALL.iter().map(|level| format!("`{}`", level.as_str()));
    level.or_else(|| node.expected(&format!("one of {}", names().collect::<Vec<_>>().join(", "))))
}
