//! The fixture of every scenario: a client of the issuer, and edges in front of an API.

use crate::edge::{self, EdgeProcess, HostKind, Setup};
use crate::forging::{Setting, WritSpec, forge};
use crate::issuer::{IssuerClient, IssuerProcess};
use crate::text::NameValues;
use crate::{clock, tools};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::thread;

/// A client, the task that it asks for, and the edges.
#[derive(Debug)]
pub struct Fixture {
    /// The edges, in the order in which they were asked for.
    pub edges: Vec<EdgeProcess>,
    /// The client that requests tasks.
    pub client: IssuerClient,
    /// The configuration of the edges.
    pub setup: Setup,
    task: Value,
}

impl Fixture {
    /// Registers a client and an edge, and starts a host of every kind in front of `origin`. The
    /// files of `tests/stories` that start with `name` say how. `key` is what the API asks for.
    ///
    /// # Errors
    /// If something does not start.
    pub fn start(issuer: &IssuerProcess, kinds: &[HostKind], name: &str, origin: &str, key: &str) -> Result<Self> {
        let mut stand = Self::prepare(issuer, name, origin, key)?;
        stand.start_edges(issuer, kinds)?;
        Ok(stand)
    }

    /// As [`Self::start`], without any edge.
    ///
    /// # Errors
    /// If the issuer refuses.
    pub fn prepare(issuer: &IssuerProcess, name: &str, origin: &str, key: &str) -> Result<Self> {
        let client = issuer.add_client(name, &file(name, "ceiling")?)?;
        let mut document = file(name, "edge")?;
        let mut secrets = BTreeMap::from([("API_KEY".to_owned(), key.to_owned())]);
        let registration = issuer.add_edge(name, audience(&document)?, origin)?;
        registration.enter(&mut document, &mut secrets);
        let upstreams = document.pointer_mut("/upstreams").and_then(Value::as_object_mut);
        for own in upstreams
            .into_iter()
            .flatten()
            .filter_map(|(_, upstream)| upstream.pointer_mut("/origin"))
        {
            *own = origin.into();
        }
        Ok(Self {
            edges: Vec::new(),
            client,
            setup: Setup { document, secrets },
            task: file(name, "task")?,
        })
    }

    /// Starts a host of every kind, side by side: they take a moment to compile the validators.
    ///
    /// # Errors
    /// If one does not start.
    pub fn start_edges(&mut self, issuer: &IssuerProcess, kinds: &[HostKind]) -> Result<()> {
        let writ = self.forged(issuer)?;
        let start = |kind| -> Result<EdgeProcess> {
            let mut edge = edge::start(kind, &self.setup)?;
            edge.wait_until_ready(&writ)?;
            Ok(edge)
        };
        let start = &start;
        let edges: Result<_> = thread::scope(|scope| {
            let threads: Vec<_> = kinds.iter().map(|kind| scope.spawn(move || start(*kind))).collect();
            let joined = threads
                .into_iter()
                .map(|thread| thread.join().ok().context("a host's thread broke")?);
            joined.collect()
        });
        self.edges = edges?;
        Ok(())
    }

    /// Waits until `edge` has a bundle.
    ///
    /// # Errors
    /// If that takes too long.
    pub fn wait_until_ready(&self, issuer: &IssuerProcess, edge: &mut EdgeProcess) -> Result<()> {
        edge.wait_until_ready(&self.forged(issuer)?)
    }

    /// A writ that is valid at these edges, whose grant no test uses.
    fn forged(&self, issuer: &IssuerProcess) -> Result<String> {
        let setting = Setting {
            issuer: issuer.url().into(),
            audience: audience(&self.setup.document)?.into(),
            keys: issuer.keys()?,
        };
        forge(&WritSpec::anything()?, &setting, &NameValues::default(), clock::now())
    }

    /// The task, under another id.
    #[must_use]
    pub fn task_called(&self, id: &str) -> Value {
        let mut task = self.task.clone();
        if let Some(task) = task.as_object_mut() {
            task.insert("task_id".into(), id.into());
        }
        task
    }

    /// `count` writs of a new task with this id.
    ///
    /// # Errors
    /// If the issuer does not grant it.
    pub fn writs(&self, issuer: &IssuerProcess, id: &str, count: usize) -> Result<Vec<String>> {
        let mut task = self.task_called(id);
        if let Some(task) = task.as_object_mut() {
            task.insert("count".into(), count.into());
        }
        issuer.task(&self.client, &task)
    }

    /// The writ of a new task with this id.
    ///
    /// # Errors
    /// If the issuer does not grant it.
    pub fn writ(&self, issuer: &IssuerProcess, id: &str) -> Result<String> {
        let writs = self.writs(issuer, id, 1)?;
        writs.into_iter().next().context("the task has no writ")
    }
}

fn file(name: &str, what: &str) -> Result<Value> {
    let path = tools::repository().join(format!("tests/stories/{name}.{what}.json"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("`{}`", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("`{}`", path.display()))
}

fn audience(document: &Value) -> Result<&str> {
    let audience = document.pointer("/audience").and_then(Value::as_str);
    audience.context("the edge has no audience")
}
