//! "Search flights from JFK to LHR on 10 May, any number of times, and book one ticket under user
//! X."

use super::{Fixture, ScenarioRow, ScenarioStep, Tell, name_of};
use crate::edge::{EdgeProcess, HostKind};
use crate::http::HttpRequest;
use crate::issuer::IssuerProcess;
use crate::upstream::Travel;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;

/// The story and what it needs.
#[derive(Debug)]
pub struct TravelScenario {
    /// The API behind the edges.
    pub api: Travel,
    /// The client and the edges.
    pub stand: Fixture,
}

/// The result of many bookings at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Race {
    /// Requests that were permitted.
    pub permitted: usize,
    /// Requests that were refused because nothing was left.
    pub exhausted: usize,
    /// The new entries of the book.
    pub booked: usize,
}

/// The search that is granted.
#[must_use]
pub fn search(to: &str, writ: &str) -> HttpRequest {
    HttpRequest::new("GET", &format!("/flights?from=JFK&to={to}&date=2026-05-10")).bearer(writ)
}

/// A booking.
#[must_use]
pub fn booking(user: &str, seats: u64, writ: &str) -> HttpRequest {
    let order = json!({"passenger": {"user": user}, "seats": seats});
    HttpRequest::new("POST", "/bookings").bearer(writ).json(order)
}

impl TravelScenario {
    /// Starts the API and edges of these kinds in front of it.
    ///
    /// # Errors
    /// If something does not start.
    pub fn start(issuer: &IssuerProcess, kinds: &[HostKind]) -> Result<Self> {
        let api = Travel::start()?;
        let stand = Fixture::start(issuer, kinds, "travel", &api.server().origin(), Travel::KEY)?;
        Ok(Self { api, stand })
    }

    /// Tells the story of the task `id`.
    ///
    /// # Errors
    /// If something does not answer; verdicts that are not as expected are told in the rows.
    pub fn walk(&self, issuer: &IssuerProcess, id: &str, tell: &mut Tell<'_>) -> Result<()> {
        let writs = self.stand.writs(issuer, id, 2)?;
        let [writ, other] = writs.as_slice() else {
            anyhow::bail!("{} writs came for a task of two", writs.len());
        };
        let before = self.api.book().len();
        for edge in &self.stand.edges {
            self.before_booking(edge, writ, before, tell)?;
        }
        let (first, last) = self
            .stand
            .edges
            .first()
            .zip(self.stand.edges.last())
            .context("no edge")?;
        self.scene(
            first,
            "POST /bookings  user X, 1 seat",
            booking("X", 1, writ),
            (200, "permit"),
            before + 1,
            tell,
        )?;
        for edge in &self.stand.edges {
            let again = booking("X", 1, writ);
            let says = "POST /bookings  user X, 1 seat, again";
            self.scene(edge, says, again, (403, "uses_exhausted"), before + 1, tell)?;
        }
        let says = "POST /bookings  by the task's second agent";
        self.scene(
            last,
            says,
            booking("X", 1, other),
            (403, "uses_exhausted"),
            before + 1,
            tell,
        )?;
        self.scene(
            last,
            "GET /flights  to LHR, still",
            search("LHR", writ),
            (200, "permit"),
            before + 1,
            tell,
        )
    }

    fn before_booking(&self, edge: &EdgeProcess, writ: &str, book: usize, tell: &mut Tell<'_>) -> Result<()> {
        let scenes = [
            (
                "GET /flights?from=JFK&to=LHR&date=2026-05-10",
                search("LHR", writ),
                (200, "permit"),
            ),
            (
                "GET /flights?from=JFK&to=CDG&date=2026-05-10",
                search("CDG", writ),
                (403, "not_granted"),
            ),
            (
                "POST /bookings  user Y, 1 seat",
                booking("Y", 1, writ),
                (403, "not_granted"),
            ),
            (
                "POST /bookings  user X, 50 seats",
                booking("X", 50, writ),
                (403, "not_granted"),
            ),
        ];
        for (says, request, verdict) in scenes {
            self.scene(edge, says, request, verdict, book, tell)?;
        }
        Ok(())
    }

    fn scene(
        &self,
        edge: &EdgeProcess,
        says: &str,
        request: HttpRequest,
        (status, label): (u16, &str),
        book: usize,
        tell: &mut Tell<'_>,
    ) -> Result<()> {
        let scene = ScenarioStep {
            says,
            request,
            status,
            label,
            book: &bookings(book),
        };
        tell(&scene.play(edge, || bookings(self.api.book().len()))?);
        Ok(())
    }

    /// Books `attempts` times at once, over all edges, with a writ that permits one booking.
    ///
    /// # Errors
    /// If something does not answer.
    pub fn race(&self, issuer: &IssuerProcess, id: &str, attempts: usize) -> Result<Race> {
        let writs = self.stand.writs(issuer, id, 1)?;
        let request = booking("X", 1, writs.first().context("no writ")?);
        let before = self.api.book().len();
        let (start, request) = (Barrier::new(attempts), &request);
        let edges = self.stand.edges.iter().cycle().take(attempts);
        let answers = thread::scope(|scope| {
            let start = &start;
            let attempt = |edge: &'_ EdgeProcess| {
                start.wait();
                edge.send(request)
            };
            let threads: Vec<_> = edges.map(|edge| scope.spawn(move || attempt(edge))).collect();
            let answers = threads
                .into_iter()
                .map(|thread| thread.join().ok().context("an attempt broke")?);
            answers.collect::<Result<Vec<_>>>()
        })?;
        let count = |status, code: &str| {
            let with = |answer: &&crate::http::HttpResponse| {
                let told = answer.json();
                answer.status == status
                    && (code.is_empty() || told.get("error_code").and_then(Value::as_str) == Some(code))
            };
            answers.iter().filter(with).count()
        };
        Ok(Race {
            permitted: count(200, ""),
            exhausted: count(403, "uses_exhausted"),
            booked: self.api.book().len() - before,
        })
    }

    /// The race as a row.
    ///
    /// # Errors
    /// If something does not answer.
    pub fn tell_race(&self, issuer: &IssuerProcess, id: &str, attempts: usize, tell: &mut Tell<'_>) -> Result<()> {
        let race = self.race(issuer, id, attempts)?;
        let expected = Race {
            permitted: 1,
            exhausted: attempts - 1,
            booked: 1,
        };
        tell(&ScenarioRow {
            edge: name_of(&self.stand.edges),
            request: format!("POST /bookings  a new task, {attempts} times at once"),
            status: format!("{}x200", race.permitted),
            reason: format!("permit for {}, uses_exhausted for {}", race.permitted, race.exhausted),
            book: bookings(self.api.book().len()),
            fault: (race != expected).then(|| format!("expected {expected:?}, found {race:?}")),
        });
        Ok(())
    }
}

fn bookings(count: usize) -> String {
    match count {
        1 => "1 booking".into(),
        _ => format!("{count} bookings"),
    }
}
