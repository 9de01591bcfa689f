//! The work of the issuer for `POST /v1/tasks` between HTTP and SQLite: it reads the body, compares
//! the task with the ceiling of the client, and signs the writs.

use anyhow::{Context as _, Result, ensure};
use edgewrit_issuer::ceiling::{CEILING_VALUES, Ceiling};
use edgewrit_issuer::clock::{Clock, Moment};
use edgewrit_issuer::data::Data;
use edgewrit_issuer::granted_task::Task;
use edgewrit_issuer::id::Seed;
use edgewrit_issuer::mint;
use edgewrit_issuer::task_request::TaskRequest;
use edgewrit_issuer::{grant, json_document};
use edgewrit_shared::limits::JSON_VALUES;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

pub(crate) const NAME: &str = "mint, two writs of one grant each";

const NOW: Moment = Moment {
    millis: 1_800_000_000_000,
};
const TASK: &[u8] = br#"{"task_id":"trip-42","orch_id":"planner","ttl":600,"audiences":{
    "https://travel.example":{"grants":[{"type":"writ","actions":["search"],"resources":["flights"],
        "rules":{"from":{"eq":"JFK"},"to":{"eq":"LHR"},"date":{"eq":"2026-05-10"}}}]},
    "https://hotels.example":{"grants":[{"type":"writ","actions":["book"],"resources":["rooms"],
        "rules":{"user":{"eq":"X"},"nights":{"max":3}}}]}}}"#;
const CEILING: &[u8] = br#"[
    {"audience":"https://travel.example","ttl_max":"1h","grants":[{"type":"writ","actions":["search","book"],
        "resources":["flights","tickets"]}]},
    {"audience":"https://hotels.example","ttl_max":"1h","grants":[{"type":"writ","actions":["book"],
        "resources":["rooms"],"rules":{"nights":{"max":14}}}]}]"#;

/// An issuer in a folder of its own. Its keys are random: only the functions of the signature,
/// which are not counted, depend on them.
pub(crate) struct CountedMint {
    runtime: Runtime,
    mint: Arc<mint::Mint>,
    ceiling: Ceiling,
    _data: Data,
    _folder: TempDir,
}

impl CountedMint {
    /// The mint of a new issuer, which has minted once.
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        // No worker threads: all that is counted happens on the thread that asks.
        let runtime = Builder::new_current_thread().build()?;
        let clock = Clock::new(|| Duration::from_millis(NOW.millis));
        let data = runtime.block_on(Data::open(&folder.path().join("data"), clock))?;
        let ceiling = json_document::json(CEILING, CEILING_VALUES, Ceiling::read);
        let mint = mint::Mint {
            issuer: "https://issuer.example".to_owned(),
            trust_domain: "issuer.example".to_owned(),
            keyring: Arc::clone(&data.keyring),
        };
        let mint = Self {
            runtime,
            mint: Arc::new(mint),
            ceiling: ceiling
                .ok()
                .context("the ceiling of the counted task is not readable")?,
            _data: data,
            _folder: folder,
        };
        mint.mint()?;
        Ok(mint)
    }

    fn mint(&self) -> Result<usize> {
        let ask = json_document::json(TASK, JSON_VALUES, TaskRequest::read)
            .ok()
            .context("not a task")?;
        let term = grant::grant(&ask, &self.ceiling, NOW)
            .ok()
            .context("beyond the ceiling")?;
        ensure!(grant::never_open(&ask, &term).is_empty(), "a grant is never open");
        let task = Arc::new(Task::new("client-1".to_owned(), ask, Seed([7; 32]), term));
        let minted = self.runtime.block_on(self.mint.mint(&task))?;
        Ok(minted.writs.len())
    }

    /// Mints the writs of one task.
    pub(crate) fn mint_one_task(&self) {
        assert!(
            self.mint().is_ok_and(|writs| writs == 2),
            "the counted task was not minted"
        );
    }
}
