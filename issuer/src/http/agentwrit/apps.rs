//! `/v1/admin/apps`: clients, as this API calls them apps.

use super::bearer::Operator;
use super::fields::{Fields, expected};
use crate::agents::{grants_of, is_reserved};
use crate::base::{json_document, rfc3339};
use crate::http::extract::request_body::PathId;
use crate::http::problem::{Code, Problem};
use crate::http::response;
use crate::policy::ceiling::{Ceiling, CeilingEntry};
use crate::policy::task_request::read_name;
use crate::registry::Client;
use crate::state::Issuer;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json::Json;
use edgewrit_shared::limits::WRIT_TTL_MAX;
use serde_json::{Value, json};
use std::sync::Arc;

/// Life of an app's sessions by default, in seconds.
const TOKEN_TTL: u64 = 1_800;

pub(super) async fn add(_: Operator, State(issuer): State<Arc<Issuer>>, fields: Fields) -> Result<Response, Problem> {
    let name = Json::Text(fields.text("name")?.to_owned());
    let name = json_document::value(&name, read_name).map_err(|faults| {
        let why = faults
            .kept()
            .first()
            .map_or_else(String::new, |fault| fault.message.clone());
        Problem::new(Code::InvalidRequest).detail(format!("`name`: {why}"))
    })?;
    let ceiling = Ceiling::of(CeilingEntry {
        audience: issuer.config.default_audience.clone(),
        grants: read_scopes(&fields)?,
        ttl_max: WRIT_TTL_MAX,
        uses_max: None,
    });
    let ttl = read_ttl(&fields, TOKEN_TTL)?;
    let credential = issuer.registry.add_client(name, ceiling, Some(ttl)).await?;
    let client = find(&issuer, &credential.id)?;
    let mut answer = client_json(&client);
    set(&mut answer, "client_secret", json!(credential.secret.expose()));
    Ok(response::json(StatusCode::CREATED, &answer))
}

pub(super) async fn list(_: Operator, State(issuer): State<Arc<Issuer>>) -> Result<Response, Problem> {
    let apps: Vec<_> = issuer
        .registry
        .clients()
        .iter()
        .map(|client| dated_client_json(client))
        .collect();
    Ok(response::json(
        StatusCode::OK,
        &json!({"total": apps.len(), "apps": apps}),
    ))
}

pub(super) async fn show(
    _: Operator,
    State(issuer): State<Arc<Issuer>>,
    PathId(id): PathId,
) -> Result<Response, Problem> {
    Ok(response::json(
        StatusCode::OK,
        &dated_client_json(&*find(&issuer, &id)?),
    ))
}

pub(super) async fn update(
    _: Operator,
    State(issuer): State<Arc<Issuer>>,
    PathId(id): PathId,
    request: Request,
) -> Result<Response, Problem> {
    let client = find(&issuer, &id)?;
    // Only now: an app that is unknown is answered first, whatever the body is.
    let fields = Fields::from_request(request, &()).await?;
    let ceiling = match fields.has("scopes") {
        true => Some(client.ceiling.with_first_grants(read_scopes(&fields)?)),
        false => None,
    };
    let ttl = read_ttl(&fields, client.session_ttl())?;
    let client = issuer.registry.update_client(&id, ceiling, Some(ttl)).await?;
    Ok(response::json(StatusCode::OK, &dated_client_json(&client)))
}

pub(super) async fn end(
    _: Operator,
    State(issuer): State<Arc<Issuer>>,
    PathId(id): PathId,
) -> Result<Response, Problem> {
    let ended = rfc3339::write(issuer.registry.end_client(&id).await?);
    let answer = json!({"app_id": id, "status": "inactive", "deregistered_at": ended});
    Ok(response::json(StatusCode::OK, &answer))
}

fn find(issuer: &Issuer, id: &str) -> Result<Arc<Client>, Problem> {
    let found = issuer.registry.any_client(id);
    found.ok_or_else(|| Problem::new(Code::NotFound).detail("there is no such app"))
}

fn read_ttl(fields: &Fields, usual: u64) -> Result<u64, Problem> {
    let ttl = fields.seconds("token_ttl", usual)?;
    if ttl > WRIT_TTL_MAX {
        let expected = format!("`token_ttl`: expected at most {WRIT_TTL_MAX}");
        return Err(Problem::new(Code::InvalidTtl).detail(expected));
    }
    Ok(ttl)
}

/// The grants of an app's scopes.
fn read_scopes(fields: &Fields) -> Result<Vec<Grant>, Problem> {
    let scopes = fields.texts("scopes")?;
    if let Some(scope) = scopes.iter().find(|scope| is_reserved(scope)) {
        return Err(expected(
            "scopes",
            &format!("none of the issuer's own, such as `{scope}`"),
        ));
    }
    Ok(grants_of(&scopes)?)
}

fn client_json(client: &Client) -> Value {
    let grants = client.ceiling.entries().first().map(|entry| entry.grants.as_slice());
    let scopes: Vec<_> = grants.unwrap_or_default().iter().filter_map(Grant::to_scope).collect();
    json!({
        "app_id": client.client_id,
        "name": client.name(),
        "client_id": client.client_id,
        "scopes": scopes,
        "token_ttl": client.session_ttl(),
        "status": if client.is_active() { "active" } else { "inactive" },
    })
}

fn dated_client_json(client: &Client) -> Value {
    let mut client_json = client_json(client);
    set(&mut client_json, "created_at", json!(rfc3339::write(client.created())));
    set(&mut client_json, "updated_at", json!(rfc3339::write(client.updated())));
    client_json
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
