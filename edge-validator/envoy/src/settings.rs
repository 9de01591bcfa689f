//! The configuration of the plugin: the document of the edge, and the clusters of this Envoy.

use crate::abi::host::{self, Buffer};
use edgewrit_edge::config::{Config, FaultList};
use edgewrit_shared::json;
use edgewrit_shared::json::document::{Faults, Node};
use std::fmt;
use std::sync::Arc;

/// Most values in one configuration.
const CONFIGURATION_VALUES: usize = 1_000_000;

/// A configuration that was read without a fault.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) config: Arc<Config>,
    /// The cluster of the issuer.
    pub(crate) issuer_cluster: String,
    /// The cluster of each upstream, by the name of the upstream.
    clusters: TextMap,
}

/// A few texts by name. (A map would add a sort, which is larger than all code of this file.)
#[derive(Debug)]
struct TextMap(Vec<(String, String)>);

impl TextMap {
    fn find(&self, name: &str) -> Option<&String> {
        self.0.iter().find_map(|(own, text)| (own == name).then_some(text))
    }
}

impl Settings {
    /// Reads the configuration, `size` bytes long, from the host.
    pub(crate) fn read(size: usize) -> Result<Self, FaultList> {
        let text = host::read_bytes(Buffer::Configuration, size).map_err(single_fault)?;
        let text = String::from_utf8(text).map_err(single_fault)?;
        let environment = host::environment().map_err(single_fault)?;
        let secrets = parse_variables(&environment);
        let document = json::parse(text.as_bytes(), CONFIGURATION_VALUES).map_err(single_fault)?;
        let faults = Faults::new();
        let read = read(&text, &Node::root(&document, &faults), &|name| {
            secrets.find(name).cloned()
        });
        let faults = faults.into_list();
        match read {
            Some(settings) if faults.is_empty() => Ok(settings),
            _ => Err(faults),
        }
    }

    /// The cluster of the upstream called `upstream`.
    pub(crate) fn cluster(&self, upstream: &str) -> Option<&str> {
        self.clusters.find(upstream).map(String::as_str)
    }

    /// Host and port of the origin of the issuer.
    pub(crate) fn issuer_authority(&self) -> &str {
        let issuer = self.config.issuer();
        issuer.split_once("://").map_or(issuer, |(_, authority)| authority)
    }
}

/// A list with the one fault that keeps the whole configuration from being read.
pub(crate) fn single_fault(error: impl fmt::Display) -> FaultList {
    FaultList::one("", &error.to_string())
}

/// The variables in `NAME=value` texts, each followed by NUL. A text that is not UTF-8 is omitted,
/// and so missing where it is needed.
fn parse_variables(environment: &[u8]) -> TextMap {
    let texts = environment
        .split(|byte| *byte == 0)
        .filter_map(|text| str::from_utf8(text).ok());
    let pairs = texts.filter_map(|text| text.split_once('='));
    TextMap(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn read(text: &str, root: &Node<'_>, secret: &dyn Fn(&str) -> Option<String>) -> Option<Settings> {
    let members = root.object(&["edge", "clusters", "issuer_cluster"])?;
    let config = members
        .required("edge")
        .and_then(|node| Config::read_part(node, text, secret));
    let clusters = members.required("clusters").and_then(read_texts);
    let issuer_cluster = members.required("issuer_cluster").and_then(Node::text);
    let (config, clusters) = (config?, clusters?);
    report_cluster_mismatch(root, &config, &clusters);
    Some(Settings {
        config: Arc::new(config),
        issuer_cluster: issuer_cluster?.to_owned(),
        clusters,
    })
}

fn read_texts(node: &Node<'_>) -> Option<TextMap> {
    let members = node.members()?;
    let pairs = members
        .into_iter()
        .map(|(name, value)| Some((name.to_owned(), value.text()?.to_owned())));
    pairs.collect::<Option<_>>().map(TextMap)
}

/// Reports upstreams without a cluster and clusters without an upstream.
fn report_cluster_mismatch(root: &Node<'_>, config: &Config, clusters: &TextMap) {
    for upstream in config.upstreams().map(|upstream| upstream.name()) {
        if clusters.find(upstream).is_none() {
            root.fault(format!(
                "`clusters` has no member `{upstream}`, expected the cluster of that upstream"
            ));
        }
    }
    for (name, _) in &clusters.0 {
        if !config.upstreams().any(|upstream| upstream.name() == name) {
            root.fault(format!(
                "`clusters` has the member `{name}`, which is no upstream of `edge`"
            ));
        }
    }
}
