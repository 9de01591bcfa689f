//! `POST /v1/revoke`.

use super::bearer::Asked;
use super::fields::{Fields, expected};
use crate::http::extract::request_info::call;
use crate::http::problem::Problem;
use crate::http::response;
use crate::state::Issuer;
use crate::tokens::revoke as ends;
use crate::tokens::revoke::{Aim, AimLevel};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// The levels that this API has. The others are the operator's on the issuer's own socket.
const LEVELS: [AimLevel; 4] = [AimLevel::Token, AimLevel::Agent, AimLevel::Task, AimLevel::Chain];

pub(super) async fn revoke(State(issuer): State<Arc<Issuer>>, request: Request) -> Result<Response, Problem> {
    Asked::of(&issuer, &request).by_operator().await?;
    let event = ends::event().in_call(&call(request.headers()));
    let fields = Fields::of(request).await?;
    let (level, target) = (fields.text("level")?, fields.text("target")?);
    let own = AimLevel::parse(level).filter(|level| LEVELS.contains(level));
    let own = own.ok_or_else(|| expected("level", "`token`, `agent`, `task` or `chain`"))?;
    let aim = Aim::new(own, target.to_owned());
    let aim = aim.ok_or_else(|| expected("target", "the id of one: of a token its `jti`, not the token"))?;
    let count = ends::revoke(&issuer.store, aim, None, event).await?;
    let answer = json!({"revoked": true, "level": level, "target": target, "count": count});
    Ok(response::json(StatusCode::OK, &answer))
}
