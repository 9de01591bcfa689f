//! `POST /v1/revoke`.

use super::bearer::Operator;
use super::fields::{Fields, expected};
use crate::audit::RequestInfo;
use crate::http::problem::Problem;
use crate::http::response;
use crate::state::Issuer;
use crate::tokens::revoke::{RevokeLevel, RevokeTarget};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// The levels that this API has. The others are the operator's on the issuer's own socket.
const LEVELS: [RevokeLevel; 4] = [
    RevokeLevel::Token,
    RevokeLevel::Agent,
    RevokeLevel::Task,
    RevokeLevel::Chain,
];

pub(super) async fn revoke(
    _: Operator,
    State(issuer): State<Arc<Issuer>>,
    info: RequestInfo,
    fields: Fields,
) -> Result<Response, Problem> {
    let (level, target) = (fields.text("level")?, fields.text("target")?);
    let own = RevokeLevel::parse(level).filter(|level| LEVELS.contains(level));
    let own = own.ok_or_else(|| expected("level", "`token`, `agent`, `task` or `chain`"))?;
    let revoke_target = RevokeTarget::new(own, target.to_owned());
    let revoke_target =
        revoke_target.ok_or_else(|| expected("target", "the id of one: of a token its `jti`, not the token"))?;
    let count = issuer.revocations.revoke(revoke_target, None, &info).await?;
    let answer = json!({"revoked": true, "level": level, "target": target, "count": count});
    Ok(response::json(StatusCode::OK, &answer))
}
