//! The filter in Envoy, with the configuration that is shipped: `edge-validator/envoy/envoy.yaml`,
//! with other addresses.

use super::Setup;
use crate::process::{Program, RunningProgram};
use crate::{ports, scratch, tools, yaml};
use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

/// The file of a watched folder that holds the listener.
pub(super) const LISTENERS: &str = "listeners.json";
const SHIPPED: &str = "edge-validator/envoy/envoy.yaml";

/// The places in the shipped configuration.
const FILTER_CHAIN: &str = "/static_resources/listeners/0/filter_chains/0";
const MANAGER: &str = "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config";
/// The place where the manager removes headers before a route is matched.
const EARLY: &str = "early_header_mutation_extensions";
const PLUGIN: &str =
    "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config";

/// The shipped configuration, changed bit by bit.
#[derive(Clone, Debug)]
pub struct Bootstrap(Value);

impl Bootstrap {
    /// The configuration as it is shipped, listening on `address` without TLS, with the built
    /// filter in it.
    ///
    /// # Errors
    /// If it is not of the form that is expected here.
    pub fn shipped(address: SocketAddr) -> Result<Self> {
        let mut bootstrap = Self(yaml::read(&tools::repository().join(SHIPPED))?);
        bootstrap.set("/static_resources/listeners/0/address", socket(address))?;
        bootstrap.object(FILTER_CHAIN)?.remove("transport_socket");
        bootstrap.set_filter(&tools::dist("edgewrit-envoy.wasm")?)?;
        Ok(bootstrap)
    }

    /// Lets `setup` be what the filter is configured with, and gives every upstream of it a cluster
    /// without TLS.
    ///
    /// # Errors
    /// If an upstream or the issuer has no plain http origin.
    pub fn configured(mut self, setup: &Setup) -> Result<Self> {
        let upstreams = setup.document.pointer("/upstreams").and_then(Value::as_object);
        let origins: Vec<_> = upstreams
            .into_iter()
            .flatten()
            .map(|(name, upstream)| (name.clone(), upstream.pointer("/origin").and_then(Value::as_str)))
            .collect();
        let names: Map<_, _> = origins
            .iter()
            .map(|(name, _)| (name.clone(), name.as_str().into()))
            .collect();
        let plugin = json!({"issuer_cluster": ISSUER, "clusters": names, "edge": setup.document});
        self.set_plugin(&plugin)?;
        let secrets: Vec<_> = setup.secrets.keys().cloned().collect();
        self.set(
            &format!("{PLUGIN}/vm_config/environment_variables/host_env_keys"),
            secrets.into(),
        )?;

        // The shipped file has a second barrier. The filter must hold without it, in an Envoy with
        // another configuration.
        let underscores = format!("{MANAGER}/common_http_protocol_options/headers_with_underscores_action");
        self.set(&underscores, "ALLOW".into())?;
        self.object(MANAGER)?.remove(EARLY);

        let issuer = setup.document.pointer("/issuer").and_then(Value::as_str);
        let all = origins.into_iter().chain([(ISSUER.to_owned(), issuer)]);
        let clusters: Result<Vec<_>> = all.map(|(name, origin)| self.plain_cluster(&name, origin)).collect();
        self.set("/static_resources/clusters", clusters?.into())?;
        Ok(self)
    }

    /// Lets the cluster called `name` lead to `address`, and believe certificates of the authority
    /// in the file `ca`.
    ///
    /// # Errors
    /// If there is no such cluster with TLS.
    pub fn lead(&mut self, name: &str, address: SocketAddr, ca: &str) -> Result<()> {
        let clusters = self
            .0
            .pointer_mut("/static_resources/clusters")
            .and_then(Value::as_array_mut);
        let mut clusters = clusters.into_iter().flatten();
        let cluster = clusters.find(|cluster| cluster.get("name").is_some_and(|own| own == name));
        let mut cluster = Self(cluster.with_context(|| format!("no cluster `{name}`"))?.take());
        cluster.set(
            "/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address",
            socket(address),
        )?;
        cluster.set("/type", "STATIC".into())?;
        cluster.set(
            "/transport_socket/typed_config/common_tls_context/validation_context/trusted_ca/filename",
            ca.into(),
        )?;
        let clusters = self
            .0
            .pointer_mut("/static_resources/clusters")
            .and_then(Value::as_array_mut);
        let place = clusters.into_iter().flatten().find(|cluster| cluster.is_null());
        *place.context("the cluster's place")? = cluster.0;
        Ok(())
    }

    /// A cluster like the shipped ones, but of a plain http origin.
    fn plain_cluster(&self, name: &str, origin: Option<&str>) -> Result<Value> {
        let authority = origin.and_then(|origin| origin.strip_prefix("http://"));
        let address = authority
            .with_context(|| format!("`{name}` has no plain http origin: {origin:?}"))?
            .parse()?;
        let like = self
            .0
            .pointer("/static_resources/clusters/0")
            .context("no cluster is shipped")?;
        let mut cluster = Self(like.clone());
        cluster.object("")?.remove("transport_socket");
        cluster.set("/name", name.into())?;
        cluster.set("/type", "STATIC".into())?;
        cluster.set("/load_assignment/cluster_name", name.into())?;
        cluster.set(
            "/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address",
            socket(address),
        )?;
        Ok(cluster.0)
    }

    fn set(&mut self, pointer: &str, value: Value) -> Result<()> {
        let place = self.0.pointer_mut(pointer);
        *place.with_context(|| format!("`{SHIPPED}` has nothing at `{pointer}`"))? = value;
        Ok(())
    }

    /// The configuration of the filter: clusters, and the edge's document.
    ///
    /// # Errors
    /// If it is no JSON.
    pub fn plugin(&self) -> Result<Value> {
        let text = self
            .0
            .pointer(&format!("{PLUGIN}/configuration/value"))
            .and_then(Value::as_str);
        let text = text.with_context(|| format!("`{SHIPPED}` does not configure the filter"))?;
        serde_json::from_str(text).with_context(|| format!("the configuration of the filter in `{SHIPPED}`"))
    }

    /// Replaces the configuration of the filter.
    ///
    /// # Errors
    /// If it has no place.
    pub fn set_plugin(&mut self, plugin: &Value) -> Result<()> {
        self.set(&format!("{PLUGIN}/configuration/value"), plugin.to_string().into())
    }

    fn object(&mut self, pointer: &str) -> Result<&mut Map<String, Value>> {
        let place = self.0.pointer_mut(pointer).and_then(Value::as_object_mut);
        place.with_context(|| format!("`{SHIPPED}` has no object at `{pointer}`"))
    }

    /// Lets the file `wasm` be the filter.
    ///
    /// # Errors
    /// If it has no place.
    pub fn set_filter(&mut self, wasm: &Path) -> Result<()> {
        let code = json!({"local": {"filename": wasm.to_string_lossy()}});
        self.set(&format!("{PLUGIN}/vm_config/code"), code)
    }

    /// Lets the route try again what failed, which none should, and clusters take any number of
    /// retries.
    ///
    /// # Errors
    /// If it has no place.
    pub fn retry(&mut self) -> Result<()> {
        for cluster in self.clusters()? {
            cluster.remove("circuit_breakers");
        }
        let route = self.object(&format!("{MANAGER}/route_config/virtual_hosts/0/routes/0/route"))?;
        route.insert("retry_policy".into(), json!({"retry_on": "5xx", "num_retries": 4}));
        Ok(())
    }

    /// Lets every cluster but the issuer's speak HTTP/2, and lets both sides send metadata, which
    /// is off by default.
    ///
    /// # Errors
    /// If something has no place.
    pub fn speak_http2(&mut self) -> Result<()> {
        const OPTIONS: &str = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
        let options = json!({OPTIONS: {
            "@type": format!("type.googleapis.com/{OPTIONS}"),
            "explicit_http_config": {"http2_protocol_options": {"allow_metadata": true}},
        }});
        for cluster in self.clusters()? {
            if cluster.get("name").is_some_and(|name| name != ISSUER) {
                cluster.insert("typed_extension_protocol_options".into(), options.clone());
            }
        }
        let manager = self.object(&format!("{MANAGER}/http2_protocol_options"))?;
        manager.insert("allow_metadata".into(), true.into());
        Ok(())
    }

    /// Lets the route pass the filter by, with the wall before it that is shipped.
    ///
    /// # Errors
    /// If it has no place.
    pub fn disable_filter(&mut self) -> Result<()> {
        let route = self.object(&format!("{MANAGER}/route_config/virtual_hosts/0/routes/0"))?;
        let disabled = json!({"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": true});
        route.insert("typed_per_filter_config".into(), json!({"edgewrit": disabled}));
        let shipped = yaml::read(&tools::repository().join(SHIPPED))?;
        let early = shipped.pointer(&format!("{MANAGER}/{EARLY}"));
        let early = early.context("nothing is removed early")?.clone();
        self.object(MANAGER)?.insert(EARLY.into(), early);
        Ok(())
    }

    fn clusters(&mut self) -> Result<impl Iterator<Item = &mut Map<String, Value>>> {
        let clusters = self.0.pointer_mut("/static_resources/clusters");
        let clusters = clusters.and_then(Value::as_array_mut).context("no clusters")?;
        Ok(clusters.iter_mut().filter_map(Value::as_object_mut))
    }

    /// Has what the filter permits sent to `origin`, by a route that only the permit's headers
    /// match.
    ///
    /// # Errors
    /// If `origin` is no plain http origin, or the route has no place.
    pub fn misroute(&mut self, origin: &str) -> Result<()> {
        let cluster = self.plain_cluster("astray", Some(origin))?;
        let clusters = self.0.pointer_mut("/static_resources/clusters");
        clusters
            .and_then(Value::as_array_mut)
            .context("no clusters")?
            .push(cluster);
        let permit = json!([{"name": "x-edgewrit-cluster", "present_match": true}]);
        let route = json!({"match": {"prefix": "/", "headers": permit}, "route": {"cluster": "astray"}});
        let routes = self
            .0
            .pointer_mut(&format!("{MANAGER}/route_config/virtual_hosts/0/routes"));
        routes
            .and_then(Value::as_array_mut)
            .context("no routes")?
            .insert(0, route);
        Ok(())
    }

    /// Takes the listener out, for a file that Envoy watches in `folder` instead.
    ///
    /// # Errors
    /// If there is none.
    pub fn watch(&mut self, folder: &Path) -> Result<Value> {
        let listeners = self.object("/static_resources")?.remove("listeners");
        let listener = listeners.and_then(|mut listeners| Some(listeners.pointer_mut("/0")?.take()));
        let root = self.object("")?;
        let path = folder.join(LISTENERS);
        let source = json!({"path": path.to_string_lossy(), "watched_directory": {"path": folder.to_string_lossy()}});
        let source = json!({"resource_api_version": "V3", "path_config_source": source});
        root.insert("dynamic_resources".into(), json!({"lds_config": source}));
        root.insert("node".into(), json!({"id": "edge", "cluster": "edge"}));
        listener.with_context(|| format!("`{SHIPPED}` has no listener"))
    }

    /// Lets the administration listen at `address`.
    ///
    /// # Errors
    /// If there is no place for it.
    pub fn administer(&mut self, address: SocketAddr) -> Result<()> {
        let admin = json!({"address": socket(address)});
        self.object("")?.insert("admin".into(), admin);
        Ok(())
    }

    /// Starts Envoy with it and these secrets, on one thread.
    ///
    /// # Errors
    /// If no process can be made.
    pub fn spawn<'s>(&self, secrets: impl IntoIterator<Item = (&'s String, &'s String)>) -> Result<RunningProgram> {
        self.spawn_on(1, secrets)
    }

    /// As [`Self::spawn`], on so many threads.
    ///
    /// # Errors
    /// If no process can be made.
    pub fn spawn_on<'s>(
        &self,
        threads: u32,
        secrets: impl IntoIterator<Item = (&'s String, &'s String)>,
    ) -> Result<RunningProgram> {
        let config = scratch::folder("envoy")?.join("envoy.json");
        fs::write(&config, self.0.to_string())?;
        let program = Program::new("envoy", &tools::envoy()?)
            .arg("--config-path")
            .arg(config)
            // Others may run an Envoy on this machine.
            .args(["--concurrency", &threads.to_string(), "--disable-hot-restart"])
            // Of what Envoy itself has to say only what is wrong; of the filter all.
            .args(["--log-level", "warning", "--component-log-level", "wasm:debug"]);
        secrets
            .into_iter()
            .fold(program, |program, (name, value)| program.env(name, value))
            .start()
    }
}

/// The cluster of the issuer, as the shipped configuration calls it.
const ISSUER: &str = "edgewrit_issuer";

fn socket(address: SocketAddr) -> Value {
    json!({"socket_address": {"address": address.ip().to_string(), "port_value": address.port()}})
}

pub(super) fn spawn(setup: &Setup) -> Result<(RunningProgram, SocketAddr)> {
    let address = ports::free()?;
    let bootstrap = Bootstrap::shipped(address)?.configured(setup)?;
    Ok((bootstrap.spawn(&setup.secrets)?, address))
}
