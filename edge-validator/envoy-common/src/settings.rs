//! The configuration of the filter: the document of the edge, and the clusters of this Envoy.

use edgewrit_edge::config::{Config, FaultList};
use edgewrit_shared::json;
use edgewrit_shared::json::document::{Faults, Node};
use std::fmt;
use std::sync::Arc;

/// Most values in one configuration.
const CONFIGURATION_VALUES: usize = 1_000_000;

/// A configuration that was read without a fault.
#[derive(Debug)]
pub struct FilterSettings {
    /// The configuration of the edge.
    pub config: Arc<Config>,
    /// The cluster of the issuer.
    pub issuer_cluster: String,
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

impl FilterSettings {
    /// Reads the text of a configuration, whose secrets are in `environment`: `NAME=value` texts,
    /// each followed by NUL.
    ///
    /// # Errors
    /// The list of all faults, each with its place.
    pub fn read(text: Vec<u8>, environment: &[u8]) -> Result<Self, FaultList> {
        let text = String::from_utf8(text).map_err(single_fault)?;
        let secrets = parse_variables(environment);
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
    #[must_use]
    pub fn cluster(&self, upstream: &str) -> Option<&str> {
        self.clusters.find(upstream).map(String::as_str)
    }

    /// Host and port of the origin of the issuer.
    #[must_use]
    pub fn issuer_authority(&self) -> &str {
        let issuer = self.config.issuer();
        issuer.split_once("://").map_or(issuer, |(_, authority)| authority)
    }
}

/// A list with the one fault that keeps the whole configuration from being read.
#[must_use]
pub fn single_fault(error: impl fmt::Display) -> FaultList {
    FaultList::one("", &error.to_string())
}

/// The variables of an environment. A text that is not UTF-8 is omitted, and so missing where it is
/// needed.
fn parse_variables(environment: &[u8]) -> TextMap {
    let texts = environment
        .split(|byte| *byte == 0)
        .filter_map(|text| str::from_utf8(text).ok());
    let pairs = texts.filter_map(|text| text.split_once('='));
    TextMap(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn read(text: &str, root: &Node<'_>, secret: &dyn Fn(&str) -> Option<String>) -> Option<FilterSettings> {
    let members = root.object(&["edge", "clusters", "issuer_cluster"])?;
    let config = members
        .required("edge")
        .and_then(|node| Config::read_part(node, text, secret));
    let clusters = members.required("clusters").and_then(read_texts);
    let issuer_cluster = members.required("issuer_cluster").and_then(Node::text);
    let (config, clusters) = (config?, clusters?);
    report_cluster_mismatch(root, &config, &clusters);
    Some(FilterSettings {
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

#[cfg(test)]
mod tests {
    use super::FilterSettings;
    use crate::simulated::{ENVIRONMENT, settings, settings_text};

    fn faults(text: &str, environment: &[u8]) -> Vec<String> {
        let faults = FilterSettings::read(text.as_bytes().to_vec(), environment).unwrap_err();
        faults.lines().map(|line| line.to_string()).collect()
    }

    #[test]
    fn a_complete_configuration_is_read() {
        let settings = settings();
        assert_eq!(settings.cluster("travel"), Some("travel"));
        assert_eq!(settings.cluster("other"), None);
        assert_eq!(
            (settings.issuer_cluster.as_str(), settings.issuer_authority()),
            ("issuer", "issuer.example")
        );
    }

    #[test]
    fn each_upstream_has_a_cluster_and_each_cluster_an_upstream() {
        let text = settings_text().replace(r#""open": "open""#, r#""other": "open""#);
        let faults = faults(&text, ENVIRONMENT);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(
            faults.iter().any(|line| line.contains("no member `open`")),
            "{faults:?}"
        );
        assert!(
            faults.iter().any(|line| line.contains("the member `other`")),
            "{faults:?}"
        );
    }

    #[test]
    fn a_secret_that_is_no_text_is_missing() {
        let environment = b"EDGE_KEY=\xff\0TRAVEL_KEY=travel-secret\0DATA_KEY=data-secret\0";
        let faults = faults(&settings_text(), environment);
        assert!(
            faults.iter().all(|line| line.contains("EDGE_KEY")) && !faults.is_empty(),
            "{faults:?}"
        );
    }

    #[test]
    fn a_text_that_is_no_json_has_one_fault() {
        for text in ["", "{", "[]"] {
            assert_eq!(faults(text, ENVIRONMENT).len(), 1, "{text:?}");
        }
        assert!(FilterSettings::read(vec![0xff], ENVIRONMENT).is_err());
    }
}
