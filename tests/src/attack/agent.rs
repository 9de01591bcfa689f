//! The attacks of the agent, and their results.

use crate::edge::EdgeProcess;
use crate::http::{HttpRequest, ReceivedRequest};
use crate::issuer::IssuerProcess;
use crate::scenario::{TravelScenario, booking, search};
use crate::text::NameValues;
use crate::tools::repository;
use crate::upstream::{Mood, Recorder};
use crate::vectors::{Ground, Heard, VectorBench, WireCase, cases_in, hear, wire_cases};
use anyhow::{Context as _, Result};
use std::sync::atomic::{AtomicU32, Ordering};

/// The result of one attack.
#[derive(Clone, Debug)]
pub struct Attack {
    /// The edge.
    pub edge: String,
    /// The name of the attack.
    pub name: String,
    /// The first answer.
    pub status: String,
    /// The counts of the requests and of their effects.
    pub tally: AttackTally,
    /// The fault, if the edge let something pass.
    pub fault: Option<String>,
}

/// Counts of what was sent and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttackTally {
    /// Hostile requests.
    pub sent: usize,
    /// Requests that were permitted and arrived exactly as they were judged.
    pub as_decided: usize,
    /// Requests that arrived and should not have.
    pub arrived: usize,
    /// Requests that arrived and were not what was judged.
    pub differently: usize,
}

impl AttackTally {
    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            as_decided: self.as_decided + other.as_decided,
            arrived: self.arrived + other.arrived,
            differently: self.differently + other.differently,
        }
    }

    /// Whether the agent got nothing that it should not have.
    #[must_use]
    pub fn is_clean(self) -> bool {
        self.arrived == 0 && self.differently == 0
    }
}

/// Hears what was tried, as it is.
pub type AttackListener<'a> = dyn FnMut(&Attack) + 'a;

/// The agent, let loose on the edges of the travel story.
#[derive(Debug)]
pub struct AttackingAgent<'a> {
    story: &'a TravelScenario,
    issuer: &'a IssuerProcess,
    evil: Recorder,
    tasks: AtomicU32,
}

impl<'a> AttackingAgent<'a> {
    /// An agent with nothing sent.
    ///
    /// # Errors
    /// If its own server does not start.
    pub fn new(story: &'a TravelScenario, issuer: &'a IssuerProcess) -> Result<Self> {
        // Whatever arrived before is not its doing.
        drop(story.api.server().take());
        Ok(Self {
            story,
            issuer,
            evil: Recorder::start()?,
            tasks: AtomicU32::new(0),
        })
    }

    /// A writ for one search and one booking, of a task of its own.
    fn writ(&self) -> Result<String> {
        let task = format!("attack-{}", self.tasks.fetch_add(1, Ordering::Relaxed));
        self.story.stand.writs(self.issuer, &task, 1)?.pop().context("no writ")
    }

    /// Every attack that the agent knows for this API: `tests/stories/attack.json`, repeated
    /// bookings and a redirect.
    ///
    /// # Errors
    /// If an edge does not answer any more.
    pub fn strike(&self, report: &mut AttackListener<'_>) -> Result<()> {
        let cases: Vec<WireCase> = cases_in(&repository().join("tests/stories/attack.json"))?;
        for edge in &self.story.stand.edges {
            for case in &cases {
                report(&blow(edge, case, &hear(self, edge, case)?));
            }
            report(&self.repeat(edge)?);
            report(&self.redirect(edge)?);
        }
        report(&self.race()?);
        Ok(())
    }

    /// Asks the edge to repeat a booking, behind an API that books and then says that it failed.
    fn repeat(&self, edge: &EdgeProcess) -> Result<Attack> {
        let request = booking("X", 1, &self.writ()?)
            .header("x-envoy-retry-on", "5xx,gateway-error,retriable-4xx")
            .header("x-envoy-max-retries", "4")
            .header("x-envoy-hedge-on-per-try-timeout", "true");
        self.story.api.set_mood(Mood::Stumbling);
        let blow = self.one_at_most("a-booking-to-be-repeated", edge, &request);
        self.story.api.set_mood(Mood::Fine);
        blow
    }

    /// A permitted search, behind an API that sends everybody to the agent's own server.
    fn redirect(&self, edge: &EdgeProcess) -> Result<Attack> {
        let to = format!("{}/collect", self.evil.origin());
        self.story.api.set_mood(Mood::Redirecting(to));
        let blow = self.one_at_most("a-redirect-to-its-own-server", edge, &search("LHR", &self.writ()?));
        self.story.api.set_mood(Mood::Fine);
        blow
    }

    fn one_at_most(&self, name: &str, edge: &EdgeProcess, request: &HttpRequest) -> Result<Attack> {
        let response = edge.send(request)?;
        let arrivals = Ground::take(self);
        let elsewhere = arrivals.iter().filter(|(at, _)| at != "travel").count();
        let here = arrivals.len() - elsewhere;
        let tally = AttackTally {
            sent: 1,
            as_decided: here.min(1),
            arrived: here.saturating_sub(1) + elsewhere,
            differently: 0,
        };
        Ok(Attack {
            edge: edge.kind().to_string(),
            name: name.into(),
            status: response.status.to_string(),
            tally,
            fault: (!tally.is_clean()).then(|| format!("{here} requests arrived at the API, {elsewhere} elsewhere")),
        })
    }

    /// Books twenty times at once, over all edges, where one booking is granted.
    fn race(&self) -> Result<Attack> {
        const ATTEMPTS: usize = 20;
        let task = format!("attack-race-{}", self.tasks.fetch_add(1, Ordering::Relaxed));
        let race = self.story.race(self.issuer, &task, ATTEMPTS)?;
        let tally = AttackTally {
            sent: ATTEMPTS,
            as_decided: race.booked.min(1),
            arrived: race.booked.saturating_sub(1),
            differently: 0,
        };
        Ok(Attack {
            edge: "all".into(),
            name: format!("{ATTEMPTS}-bookings-at-once"),
            status: format!("{}x200", race.permitted),
            tally,
            fault: (race.booked != 1).then(|| format!("the book shows {} of them", race.booked)),
        })
    }
}

impl Ground for AttackingAgent<'_> {
    fn names(&self, _case: &WireCase, host: &str, _upstream: Option<&str>) -> Result<NameValues> {
        Ok(NameValues {
            writ: Some(self.writ()?),
            host: host.into(),
            upstream: self.story.api.server().address().to_string(),
            evil: self.evil.address().to_string(),
            issuer: self.issuer.url().into(),
            ..NameValues::default()
        })
    }

    fn take(&self) -> Vec<(String, ReceivedRequest)> {
        let travel = self.story.api.server().take().into_iter();
        let evil = self.evil.take().into_iter();
        let travel = travel.map(|arrival| ("travel".to_owned(), arrival));
        travel.chain(evil.map(|arrival| ("evil".to_owned(), arrival))).collect()
    }
}

/// The confusion corpus, `tests/vectors/wire`, against edges of its own.
///
/// # Errors
/// If an edge does not answer any more.
pub fn confuse(bench: &VectorBench, edges: &[EdgeProcess], report: &mut AttackListener<'_>) -> Result<()> {
    for case in wire_cases()? {
        for edge in edges.iter().filter(|edge| case.is_for(edge.kind())) {
            report(&blow(edge, &case, &hear(bench, edge, &case)?));
        }
    }
    Ok(())
}

fn blow(edge: &EdgeProcess, case: &WireCase, heard: &Heard) -> Attack {
    let expected = case.expect_of(edge.kind()).arriving().len();
    let count = heard.arrivals.len();
    let surplus = count.saturating_sub(expected);
    // The answer's status is for the tests to judge; here counts what reached the API.
    let wrong = !heard.about_arrivals().is_empty();
    let differently = if wrong && surplus == 0 { count } else { 0 };
    let tally = AttackTally {
        sent: 1,
        as_decided: count - surplus - differently,
        arrived: surplus,
        differently,
    };
    Attack {
        edge: edge.kind().to_string(),
        name: case.name.clone(),
        status: heard
            .responses
            .first()
            .map_or("-".into(), |first| first.status.to_string()),
        tally,
        fault: (!tally.is_clean()).then(|| heard.about_arrivals().join("; ")),
    }
}
