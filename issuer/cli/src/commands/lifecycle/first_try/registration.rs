//! The client and the edge of a first try, and the writ of its first task.

use super::folder::{CLIENT_FILE, EDGE_FILE, TASK_FILE, TryFolder, WRIT_FILE};
use super::sample::Samples;
use crate::input::document::Document;
use crate::issuer_client::data_directory_options::{DataDirectoryOptions, text_at};
use crate::issuer_client::remote_issuer::RemoteIssuer;
use crate::issuer_client::task_writs::{basic_login, list_tokens, request_task};
use crate::openapi::DraftRow;
use crate::output::failure::Failure;
use edgewrit_issuer::origin::Origin;
use edgewrit_shared::limits::ACTIONS_PER_GRANT;
use edgewrit_shared::secret::Secret;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The name of the client, and of the edge.
const NAME: &str = "first-try";
/// The longest life of a writ, and the life of the first one.
const TTL: &str = "1h";
/// The id of the task whose writ is minted at the start.
pub(super) const FIRST_TASK: &str = "try-1";
/// The id of the task in the file.
const NEXT_TASK: &str = "try-2";

/// The name of the secret that is the edge's credential.
pub(super) const EDGE_KEY: &str = "EDGE_KEY";
/// A registered edge.
pub(super) struct TryEdge {
    /// The beginning of its configuration, as lines of YAML.
    pub(super) configuration: Vec<String>,
    pub(super) credential: Secret,
}

/// Registers the edge for the audience `upstream`.
pub(super) fn register_edge(folder: &TryFolder, upstream: &Origin) -> Result<TryEdge, Failure> {
    let body = json!({"name": NAME, "audience": upstream.as_str(), "upstreams": [upstream.as_str()]});
    let answer = post(folder, "/edges", &body)?;
    let credential = Secret::new(text_at(&answer, "/edge/credential")?.to_owned());
    let member = |pointer: &str| answer.pointer(pointer).cloned().unwrap_or_default();
    let configuration = vec![
        format!("issuer: {}", member("/issuer")),
        format!("trust: {}", member("/trust")),
        format!(
            "edge: {{id: {}, credential: \"${{secret:{EDGE_KEY}}}\"}}",
            member("/edge/id")
        ),
        format!("audience: {}", member("/audience")),
    ];
    let line = format!("export {EDGE_KEY}={}\n", credential.expose());
    folder.write(EDGE_FILE, &line)?;
    Ok(TryEdge {
        configuration,
        credential,
    })
}

/// Registers a client that may ask for every operation of the table. Returns its login.
pub(super) fn register_client(folder: &TryFolder, upstream: &Origin, rows: &[DraftRow]) -> Result<Secret, Failure> {
    let actions: BTreeSet<_> = rows.iter().map(|row| row.action.as_str()).collect();
    let actions: Vec<_> = actions.into_iter().collect();
    let grants: Vec<_> = actions
        .chunks(ACTIONS_PER_GRANT)
        .map(|actions| json!({"type": "writ", "actions": actions, "resources": ["**"]}))
        .collect();
    let ceiling = json!([{"audience": upstream.as_str(), "ttl_max": TTL, "grants": grants}]);
    let answer = post(folder, "/clients", &json!({"name": NAME, "ceiling": ceiling}))?;
    let id = text_at(&answer, "/client_id")?;
    let secret = Secret::new(text_at(&answer, "/client_secret")?.to_owned());
    let lines = format!(
        "export EDGEWRIT_CLIENT_ID={id}\nexport EDGEWRIT_CLIENT_SECRET={}\n",
        secret.expose()
    );
    folder.write(CLIENT_FILE, &lines)?;
    Ok(basic_login(id, &secret))
}

/// Mints the writ of the first task, and writes the file of the next task.
pub(super) fn mint(
    folder: &TryFolder,
    issuer: &str,
    login: &Secret,
    upstream: &Origin,
    samples: &Samples,
) -> Result<(), Failure> {
    let issuer = RemoteIssuer::at(issuer)?;
    let task = Document::read_fetched("the first task", task(FIRST_TASK, upstream, samples).into_bytes())?;
    let answer = request_task(&issuer, login, None, &task)?;
    let tokens = list_tokens(&answer)?;
    let token = tokens
        .first()
        .ok_or_else(|| Failure::new("the issuer answered without a writ"))?;
    folder.write(WRIT_FILE, &format!("authorization: Bearer {token}\n"))?;
    folder.write(TASK_FILE, &task_file(upstream, samples))?;
    Ok(())
}

fn task(id: &str, upstream: &Origin, samples: &Samples) -> String {
    let audience = json!({upstream.as_str(): {"grants": [samples.grant()]}});
    json!({"task_id": id, "orch_id": NAME, "ttl": TTL, "audiences": audience}).to_string()
}

/// The task as YAML, to be edited.
fn task_file(upstream: &Origin, samples: &Samples) -> String {
    let lines = [
        "# Each task needs a `task_id` of its own.".to_owned(),
        format!("task_id: {}", NEXT_TASK),
        format!("orch_id: {NAME}"),
        format!("ttl: {TTL}"),
        "audiences:".to_owned(),
        format!("  {}:", Value::from(upstream.as_str())),
        "    grants:".to_owned(),
        format!(
            "      - {{type: writ, actions: [{}], resources: [{}]}}",
            Value::from(samples.action.as_str()),
            Value::from(samples.resource.as_str())
        ),
    ];
    lines.join("\n") + "\n"
}

fn post(folder: &TryFolder, path: &str, body: &Value) -> Result<Value, Failure> {
    DataDirectoryOptions::private(folder.root()).post(path, body.to_string())
}
