//! Making requests until enough of them are permitted, and comparing what readers make of these.

use super::compare::{Difference, differences};
use super::edge::{InProcessEdge, JudgedRequest};
use super::process::Readers;
use super::request::{ProbeRequest, RequestKind, SentRequest};
use super::sources::TableOperation;
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use proptest::strategy::Strategy as _;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The number of permitted requests of a kind, unless the caller says otherwise.
const CASES: u32 = 2_000;
/// The most requests that are made for each request that has to be permitted.
const TRIES: u32 = 50;
/// The number of different differences that are reduced to their smallest request.
const REDUCED: usize = 12;
/// The number of requests that are tried to reduce one.
const REDUCTIONS: u32 = 2_000;

/// The extent of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Permitted requests of each kind.
    pub cases: u32,
    /// The seed of chance: the same seed makes the same requests.
    pub seed: u64,
}

impl Plan {
    /// As the variables `EDGEWRIT_READERS_CASES` and `EDGEWRIT_READERS_SEED` of the environment
    /// have it.
    ///
    /// # Errors
    /// If one is no number.
    pub fn of_environment() -> Result<Self> {
        let number = |name: &str| match std::env::var(name) {
            Ok(text) => text.parse().map(Some).with_context(|| format!("`{name}` is no number")),
            Err(_) => Ok(None::<u64>),
        };
        let cases = number("EDGEWRIT_READERS_CASES")?.map(u32::try_from).transpose()?;
        Ok(Self {
            cases: cases.unwrap_or(CASES),
            seed: number("EDGEWRIT_READERS_SEED")?.unwrap_or(1),
        })
    }
}

/// An edge, and readers of what it permits.
#[derive(Debug)]
pub struct ReaderBench {
    edge: InProcessEdge,
    readers: Readers,
    operations: Vec<TableOperation>,
    tally: ReaderTally,
}

#[derive(Debug, Default)]
struct ReaderTally {
    made: u32,
    permitted: u32,
    /// By the label.
    refused: BTreeMap<String, u32>,
    /// The requests that a reader refuses and the edge permits, by the reader's name.
    refused_by: BTreeMap<String, u32>,
    /// By reader and what it reads otherwise.
    known: BTreeMap<(String, String), u32>,
}

impl ReaderBench {
    /// Starts every reader.
    ///
    /// # Errors
    /// If one is missing.
    pub fn start() -> Result<Self> {
        Ok(Self {
            edge: InProcessEdge::new()?,
            readers: Readers::start()?,
            operations: TableOperation::all()?,
            tally: ReaderTally::default(),
        })
    }

    /// The differences between readers and edge about one request; `None` if the edge refuses it.
    ///
    /// # Errors
    /// If a reader does not answer.
    pub fn compare_one(&mut self, request: &ProbeRequest) -> Result<Option<Vec<Difference>>> {
        let before = self.tally.permitted;
        let differences = self.compare(request)?;
        Ok((self.tally.permitted > before).then_some(differences))
    }

    /// The differences if the verdict on `judged` sent `sent`, as by an edge that sends another
    /// request than it judged.
    ///
    /// # Errors
    /// If a reader does not answer, or the edge refuses `judged`.
    pub fn compare_unjudged(&mut self, judged: &ProbeRequest, sent: &ProbeRequest) -> Result<Vec<Difference>> {
        let permitted = self.edge.judge(judged)?;
        let mut permitted = permitted.map_err(|label| anyhow!("refused: {label}"))?;
        permitted.sent = SentRequest::unjudged(sent)?;
        self.read(judged, &permitted)
    }

    /// The differences about `request`, as far as the edge permits it.
    fn compare(&mut self, request: &ProbeRequest) -> Result<Vec<Difference>> {
        let permitted = match self.edge.judge(request)? {
            Ok(permitted) => permitted,
            Err(label) => {
                *self.tally.refused.entry(label).or_default() += 1;
                return Ok(Vec::new());
            }
        };
        self.tally.permitted += 1;
        self.read(request, &permitted)
    }

    fn read(&mut self, judged: &ProbeRequest, permitted: &JudgedRequest) -> Result<Vec<Difference>> {
        let answers = self.readers.read(&permitted.sent)?;
        let refused = answers.iter().filter(|(_, answer)| answer.refused.is_some());
        for (reader, _) in refused {
            *self.tally.refused_by.entry(reader.clone()).or_default() += 1;
        }
        let permits = |grants: &[String]| self.edge.permits(judged, grants);
        differences(permitted, &answers, &self.operations, &permits)
    }
}

/// Makes requests of one kind until enough are permitted.
///
/// # Errors
/// If a reader reads one otherwise; the smallest request for each difference is part of the error.
pub fn compare_many(kind: RequestKind, plan: Plan) -> Result<()> {
    println!("{kind:?}: {} permitted requests, seed {}", plan.cases, plan.seed);
    let bench = RefCell::new(ReaderBench::start()?);
    let mut runner = runner(kind, plan);
    let strategy = kind.requests();
    let mut found = Vec::new();
    for made in 1..=plan.cases.saturating_mul(TRIES) {
        if bench.borrow().tally.permitted >= plan.cases || found.len() >= REDUCED {
            break;
        }
        bench.borrow_mut().tally.made = made;
        let tree = strategy
            .new_tree(&mut runner)
            .map_err(|reason| anyhow!("no request could be made: {reason}"))?;
        match runner.run_one(tree, |request| bench.borrow_mut().hold(&request)) {
            Ok(_) => {}
            Err(TestError::Fail(_, request)) => found.push(bench.borrow_mut().explain(&request, made)?),
            Err(TestError::Abort(reason)) => bail!("{reason}"),
        }
    }
    let bench = bench.into_inner();
    bench.tally.print();
    ensure!(
        found.is_empty(),
        "{kind:?}, seed {}: {} differences\n\n{}",
        plan.seed,
        found.len(),
        found.join("\n\n")
    );
    bench.tally.enough(plan)
}

fn runner(kind: RequestKind, plan: Plan) -> TestRunner {
    let mut seed = [0; 32];
    seed.iter_mut()
        .zip(plan.seed.to_le_bytes())
        .for_each(|(byte, own)| *byte = own);
    seed.iter_mut().rev().take(1).for_each(|byte| *byte = kind.number());
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: REDUCTIONS,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

impl ReaderBench {
    /// Fails on a difference that is not known yet, so that each is reduced once.
    fn hold(&mut self, request: &ProbeRequest) -> Result<(), TestCaseError> {
        let differences = self
            .compare(request)
            .map_err(|error| TestCaseError::fail(format!("{error:#}")))?;
        match differences.iter().find(|difference| !self.tally.knows(difference)) {
            None => Ok(()),
            Some(difference) => Err(TestCaseError::fail(difference.to_string())),
        }
    }

    /// Prints the difference that a smallest request shows, and remembers the difference.
    fn explain(&mut self, request: &ProbeRequest, made: u32) -> Result<String> {
        let differences = self.compare(request)?;
        let lines: BTreeSet<_> = differences
            .iter()
            .map(|difference| format!("    {difference}"))
            .collect();
        for Difference { reader, what, .. } in differences {
            *self.tally.known.entry((reader, what)).or_default() += 1;
        }
        let sent = self
            .edge
            .judge(request)?
            .map(|permitted| permitted.sent.to_string())
            .unwrap_or_default();
        let lines: Vec<_> = lines.into_iter().collect();
        Ok(format!(
            "  request {made}, reduced: {request}\n    sent: {sent}\n{}",
            lines.join("\n")
        ))
    }
}

impl ReaderTally {
    fn knows(&mut self, Difference { reader, what, .. }: &Difference) -> bool {
        let count = self.known.get_mut(&(reader.clone(), what.clone()));
        count.map(|count| *count += 1).is_some()
    }

    fn print(&self) {
        println!("  {} made, {} permitted", self.made, self.permitted);
        println!("  refused by the edge: {:?}", self.refused);
        println!("  refused by readers though permitted: {:?}", self.refused_by);
        println!("  read otherwise: {:?}", self.known);
    }

    /// Fails if too few were compared to say anything.
    fn enough(&self, plan: Plan) -> Result<()> {
        ensure!(
            self.permitted >= plan.cases,
            "only {} requests were permitted",
            self.permitted
        );
        for (reader, refused) in &self.refused_by {
            ensure!(
                *refused < self.permitted / 2,
                "`{reader}` refused {refused} of {} requests",
                self.permitted
            );
        }
        Ok(())
    }
}
