//! An agent that shall "optimise query performance" is talked into deleting a database.

use super::{Fixture, ScenarioStep, Tell};
use crate::edge::{EdgeProcess, HostKind};
use crate::http::HttpRequest;
use crate::issuer::IssuerProcess;
use crate::upstream::Databases;
use anyhow::{Context as _, Result};

/// The story and what it needs.
#[derive(Debug)]
pub struct DatabaseScenario {
    /// The API behind the edges.
    pub api: Databases,
    /// The client and the edges.
    pub stand: Fixture,
}

impl DatabaseScenario {
    /// Starts the API and edges of these kinds in front of it.
    ///
    /// # Errors
    /// If something does not start.
    pub fn start(issuer: &IssuerProcess, kinds: &[HostKind]) -> Result<Self> {
        let api = Databases::start()?;
        let stand = Fixture::start(issuer, kinds, "database", &api.server().origin(), Databases::KEY)?;
        Ok(Self { api, stand })
    }

    /// Tells the story of the task `id`.
    ///
    /// # Errors
    /// If something does not answer; verdicts that are not as expected are told in the rows.
    pub fn walk(&self, issuer: &IssuerProcess, id: &str, tell: &mut Tell<'_>) -> Result<()> {
        let writs = self.stand.writs(issuer, id, 1)?;
        let writ = writs.first().context("no writ")?;
        for edge in &self.stand.edges {
            self.on(edge, writ, tell)?;
        }
        Ok(())
    }

    fn on(&self, edge: &EdgeProcess, writ: &str, tell: &mut Tell<'_>) -> Result<()> {
        let scenes = [
            ("GET", "/accounts/123456789012/instances", (200, "permit")),
            (
                "GET",
                "/accounts/123456789012/instances/orders/parameters",
                (200, "permit"),
            ),
            ("GET", "/accounts/999999999999/instances", (403, "not_granted")),
            (
                "DELETE",
                "/accounts/123456789012/instances/orders",
                (403, "not_granted"),
            ),
        ];
        for (method, target, (status, label)) in scenes {
            let scene = ScenarioStep {
                says: &format!("{method} {target}"),
                request: HttpRequest::new(method, target).bearer(writ),
                status,
                label,
                book: "3 databases",
            };
            tell(&scene.play(edge, || format!("{} databases", self.api.instances().len()))?);
        }
        Ok(())
    }
}
