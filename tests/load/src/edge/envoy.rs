//! One Envoy with a listener for every variant, all on one worker thread: the shipped filter, the
//! nearest native filters, and no filter.

use super::around::Around;
use super::host::LoadHost;
use super::writs::{AUDIENCE, CLIENT};
use super::{OPERATIONS, SECRET, SECRETS};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The filter before the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilterVariant {
    /// No filter.
    None,
    /// The filter of Edgewrit.
    Edgewrit,
    /// The filter of Edgewrit, for writs that it has not seen.
    NewWrits,
    /// Another build of the filter of Edgewrit, by its index.
    Other(usize),
    /// `jwt_authn` that remembers tokens, and `rbac` with a policy for every operation.
    Native,
    /// `jwt_authn` that verifies every time.
    NativeUncached,
}

/// The destination of permitted requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// To a route that answers by itself.
    Direct,
    /// To the upstream.
    Forwarded,
}

/// The addresses and files that the configuration names.
pub(super) struct EnvoyPlaces<'a> {
    pub(super) around: &'a Around,
    /// The binary and the filter.
    pub(super) envoy: PathBuf,
    pub(super) wasm: PathBuf,
    /// Other builds of the filter, to compare with.
    pub(super) others: &'a [PathBuf],
}

/// Tokens that `jwt_authn` remembers.
const TOKENS: usize = 2_048;
const TOKEN_BYTES: usize = 4_096;

/// Starts Envoy with one listener for each of `variants`.
pub(super) fn start(
    folder: &Path,
    places: &EnvoyPlaces<'_>,
    variants: &[(SocketAddr, FilterVariant, Destination)],
) -> Result<LoadHost> {
    let listeners: Result<Vec<_>> = variants
        .iter()
        .map(|(address, filter, way)| listener(places, *address, *filter, *way))
        .collect();
    let bootstrap = json!({"static_resources": {
        "listeners": listeners?,
        "clusters": [cluster("travel", places.around.upstream), cluster("edgewrit_issuer", places.around.issuer_address)],
    }});
    let config = folder.join("envoy.json");
    fs::write(&config, bootstrap.to_string())?;
    let mut command = super::host::on_first_core(&places.envoy);
    command
        .arg("--config-path")
        .arg(config)
        .args(["--concurrency", "1", "--disable-hot-restart"])
        .args(["--log-level", "warning", "--component-log-level", "wasm:info"])
        .envs(SECRETS);
    let first = variants.first().context("no variants")?.0;
    LoadHost::start(
        command,
        File::options()
            .append(true)
            .create(true)
            .open(folder.join("envoy.log"))?,
        first,
    )
}

fn cluster(name: &str, address: SocketAddr) -> Value {
    json!({"name": name, "type": "STATIC", "connect_timeout": "5s", "load_assignment": {
        "cluster_name": name,
        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": socket(address)}}]}],
    }})
}

fn socket(address: SocketAddr) -> Value {
    json!({"socket_address": {"address": address.ip().to_string(), "port_value": address.port()}})
}

/// Settings as in the shipped configuration, without TLS and without an access log.
fn listener(places: &EnvoyPlaces<'_>, address: SocketAddr, filter: FilterVariant, way: Destination) -> Result<Value> {
    let mut filters = filters(places, filter)?;
    filters.push(typed(
        "envoy.filters.http.router",
        "router.v3.Router",
        json!({"suppress_envoy_headers": true}),
    ));
    let manager = json!({
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "edge",
        "normalize_path": false,
        "merge_slashes": false,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST", "max_headers_count": 100},
        "use_remote_address": true,
        "skip_xff_append": true,
        "generate_request_id": false,
        "http_filters": filters,
        "route_config": {"name": "edge", "virtual_hosts": [{"name": "edge", "domains": ["*"], "routes": [route(filter, way)]}]},
    });
    Ok(
        json!({"name": address.to_string(), "address": socket(address), "filter_chains": [{"filters": [
            {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager},
        ]}]}),
    )
}

fn route(filter: FilterVariant, way: Destination) -> Value {
    let mut route = match (way, filter) {
        (Destination::Direct, _) => json!({"direct_response": {"status": 200, "body": {"inline_string": "ok"}}}),
        (Destination::Forwarded, FilterVariant::Edgewrit | FilterVariant::NewWrits | FilterVariant::Other(_)) => {
            json!({"route": {"cluster_header": "x-edgewrit-cluster", "timeout": "60s"}})
        }
        (Destination::Forwarded, _) => json!({"route": {"cluster": "travel", "timeout": "60s"}}),
    };
    if let Some(route) = route.as_object_mut() {
        route.insert("match".into(), json!({"prefix": "/"}));
        if matches!(
            filter,
            FilterVariant::Edgewrit | FilterVariant::NewWrits | FilterVariant::Other(_)
        ) {
            route.insert(
                "request_headers_to_remove".into(),
                json!(["x-edgewrit-cluster", "x-forwarded-proto"]),
            );
        } else if filter != FilterVariant::None && way == Destination::Forwarded {
            // The upstream's credential, in place of the token.
            let header = json!({"key": "authorization", "value": format!("Bearer {SECRET}")});
            let add = json!([{"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}]);
            route.insert("request_headers_to_add".into(), add);
        }
    }
    route
}

fn filters(places: &EnvoyPlaces<'_>, filter: FilterVariant) -> Result<Vec<Value>> {
    Ok(match filter {
        FilterVariant::None => Vec::new(),
        FilterVariant::Edgewrit => vec![edgewrit(places, "edgewrit", &places.wasm)?],
        // Filters of one VM and one configuration are one filter to Envoy, with one memory.
        FilterVariant::NewWrits => vec![edgewrit(places, "new-writs", &places.wasm)?],
        FilterVariant::Other(number) => {
            let wasm = places.others.get(number).context("no such build")?;
            vec![edgewrit(places, &format!("other-{number}"), wasm)?]
        }
        FilterVariant::Native => vec![jwt(places, true)?, rbac()],
        FilterVariant::NativeUncached => vec![jwt(places, false)?],
    })
}

fn typed(name: &str, kind: &str, mut config: Value) -> Value {
    let kind = format!("type.googleapis.com/envoy.extensions.filters.http.{kind}");
    if let Some(config) = config.as_object_mut() {
        config.insert("@type".into(), kind.into());
    }
    json!({"name": name, "typed_config": config})
}

fn edgewrit(places: &EnvoyPlaces<'_>, vm: &str, wasm: &Path) -> Result<Value> {
    let plugin = json!({
        "issuer_cluster": "edgewrit_issuer",
        "clusters": {"travel": "travel"},
        "edge": super::document(places.around)?,
    });
    let config = json!({
        "name": "edgewrit",
        "allow_on_headers_stop_iteration": true,
        "failure_policy": "FAIL_RELOAD",
        "vm_config": {
            "vm_id": vm,
            "runtime": "envoy.wasm.runtime.v8",
            "code": {"local": {"filename": wasm}},
            "environment_variables": {"host_env_keys": ["EDGE_KEY", "TRAVEL_KEY"]},
        },
        "configuration": {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": plugin.to_string()},
    });
    Ok(typed("edgewrit", "wasm.v3.Wasm", json!({"config": config})))
}

fn jwt(places: &EnvoyPlaces<'_>, cached: bool) -> Result<Value> {
    let keys = json!({"keys": [places.around.issuer.writ_key()?]});
    let mut provider = json!({
        "issuer": places.around.issuer.url,
        "audiences": [AUDIENCE],
        "local_jwks": {"inline_string": keys.to_string()},
        "payload_in_metadata": "writ",
    });
    if let Some(provider) = provider.as_object_mut().filter(|_| cached) {
        let cache = json!({"jwt_cache_size": TOKENS, "jwt_max_token_size": TOKEN_BYTES});
        provider.insert("jwt_cache_config".into(), cache);
    }
    let rules = json!([{"match": {"prefix": "/"}, "requires": {"provider_name": "edgewrit"}}]);
    let config = json!({"providers": {"edgewrit": provider}, "rules": rules});
    Ok(typed("jwt", "jwt_authn.v3.JwtAuthentication", config))
}

/// A policy for each of the operations: method, path and the client of the token.
fn rbac() -> Value {
    let policies: serde_json::Map<_, _> = (0..OPERATIONS)
        .map(|index| {
            let (method, path) = super::operation(index);
            let path = match path.split_once('{') {
                Some((prefix, _)) => json!({"prefix": prefix}),
                None => json!({"exact": path}),
            };
            let method = json!({"header": {"name": ":method", "string_match": {"exact": method}}});
            let both = json!({"and_rules": {"rules": [method, {"url_path": {"path": path}}]}});
            let client = json!({"filter": "envoy.filters.http.jwt_authn", "value": {"string_match": {"exact": CLIENT}},
                "path": [{"key": "writ"}, {"key": "client_id"}]});
            let policy = json!({"permissions": [both], "principals": [{"metadata": client}]});
            (format!("{index:03}"), policy)
        })
        .collect();
    typed(
        "rbac",
        "rbac.v3.RBAC",
        json!({"rules": {"action": "ALLOW", "policies": policies}}),
    )
}
