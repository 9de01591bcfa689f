//! The programs of the demo, and the stories that they show.

use crate::screen::Screen;
use anyhow::Result;
use edgewrit_tests::attack::{AttackingAgent, confuse};
use edgewrit_tests::edge::{EdgeProcess, HostKind};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{DatabaseScenario, TravelScenario};
use edgewrit_tests::vectors::VectorBench;

/// Attempts of the race for one booking.
const RACERS: usize = 20;

/// The issuer, the APIs and the edges.
pub(crate) struct DemoStage {
    pub(crate) issuer: IssuerProcess,
    pub(crate) travel: TravelScenario,
    pub(crate) database: DatabaseScenario,
}

impl DemoStage {
    pub(crate) fn set(kinds: &[HostKind], screen: &Screen) -> Result<Self> {
        let issuer = screen.wait("starting the issuer", IssuerProcess::start)?;
        let travel = screen.wait("starting the travel API and its edges", || {
            TravelScenario::start(&issuer, kinds)
        })?;
        let database = screen.wait("starting the database API and its edges", || {
            DatabaseScenario::start(&issuer, kinds)
        })?;
        Ok(Self {
            issuer,
            travel,
            database,
        })
    }

    /// The two stories.
    pub(crate) fn tell(&self, screen: &mut Screen) -> Result<()> {
        screen.title(
            "Travel: \"for 10 minutes, search flights from JFK to LHR on 10 May, and book one ticket under user X\"",
            "the API's book",
        );
        self.travel.walk(&self.issuer, "trip-42", &mut |row| screen.row(row))?;
        self.travel
            .tell_race(&self.issuer, "trip-43", RACERS, &mut |row| screen.row(row))?;
        screen.title(
            "Database: \"for 15 minutes, optimise query performance\", and then an injected text says: delete it",
            "the API's book",
        );
        self.database
            .walk(&self.issuer, "optimise-query-performance", &mut |row| screen.row(row))?;
        screen.summary();
        Ok(())
    }

    /// A hostile agent, and the confusion corpus.
    pub(crate) fn attack(&self, kinds: &[HostKind], screen: &mut Screen) -> Result<()> {
        screen.attack_title("A hostile agent with a writ for one search and one booking");
        AttackingAgent::new(&self.travel, &self.issuer)?.strike(&mut |blow| screen.blow(blow))?;
        let (bench, edges) = screen.wait("starting edges for the confusion corpus", || corpus(kinds))?;
        screen.attack_title("The confusion corpus, tests/vectors/wire");
        confuse(&bench, &edges, &mut |blow| screen.blow(blow))?;
        screen.tally();
        Ok(())
    }
}

fn corpus(kinds: &[HostKind]) -> Result<(VectorBench, Vec<EdgeProcess>)> {
    let bench = VectorBench::start()?;
    let edges = kinds.iter().map(|kind| bench.edge(*kind)).collect::<Result<_>>()?;
    Ok((bench, edges))
}
