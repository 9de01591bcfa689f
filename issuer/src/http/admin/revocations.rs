//! Revocation, at every level.

use super::AdminState;
use crate::audit::RequestInfo;
use crate::http::extract::callers::SocketOperator;
use crate::http::extract::request_body::{JsonBody, JsonRequest};
use crate::http::problem::Problem;
use crate::http::response;
use crate::tokens::revoke::{RevokeLevel, RevokeTarget};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::json::document::Node;
use edgewrit_shared::limits::TIME_MAX;
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;
use std::sync::Arc;

pub(super) async fn end(
    _: SocketOperator,
    State(state): State<Arc<AdminState>>,
    info: RequestInfo,
    JsonBody { value, .. }: JsonBody<RevocationRequest>,
) -> Result<Response, Problem> {
    let RevocationRequest { revoke_target, cut } = value;
    let (level, target) = (revoke_target.level.as_str(), revoke_target.target.clone());
    let count = state.revocations.revoke(revoke_target, cut, &info).await?;
    tracing::info!(level, count, "revoked");
    let answer = json!({"level": level, "target": target, "count": count});
    Ok(response::json(StatusCode::OK, &answer))
}

/// A target, and up to when the writs were issued that are revoked: `{level, target?, before?}`.
pub(super) struct RevocationRequest {
    revoke_target: RevokeTarget,
    cut: Option<UnixSeconds>,
}

impl JsonRequest for RevocationRequest {
    fn read(node: &Node<'_>) -> Option<Self> {
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
        Some(Self {
            revoke_target: revoke_target?,
            cut,
        })
    }
}

fn read_level(node: &Node<'_>) -> Option<RevokeLevel> {
    let level = RevokeLevel::parse(node.text()?);
    let names = || RevokeLevel::ALL.iter().map(|level| format!("`{}`", level.as_str()));
    level.or_else(|| node.expected(&format!("one of {}", names().collect::<Vec<_>>().join(", "))))
}
