//! Load from several clients at once, and an account of the answers.

use super::change::Change;
use super::load_client::{LoadClient, NotAcknowledged, Parties, body_of_success, one_use_task, spend_of};
use crate::support::Server;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

/// Clients that call at the same time.
const CLIENTS: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct LoadResult {
    pub(crate) changes: Vec<Change>,
    /// Number of requests that were answered with 503.
    pub(crate) refused: usize,
}

impl LoadResult {
    fn merge(mut self, other: Self) -> Self {
        self.changes.extend(other.changes);
        self.refused += other.refused;
        self
    }
}

/// Loads the server from all clients and kills it after `moment`. The ids of tasks begin with
/// `name`.
pub(crate) fn load_until_killed(parties: &Parties, server: Server, name: &str, moment: Duration) -> LoadResult {
    let url = server.url.clone();
    load_during(parties, &url, name, || {
        sleep(moment);
        server.kill();
    })
}

/// Loads the server at `url` from all clients while `meanwhile` runs.
pub(crate) fn load_during(parties: &Parties, url: &str, name: &str, meanwhile: impl FnOnce()) -> LoadResult {
    let over = &AtomicBool::new(false);
    let client = |number: usize| load_by_client(&LoadClient::new(parties, url), &format!("{name}-{number}"), over);
    scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        meanwhile();
        over.store(true, Ordering::Relaxed);
        let accounts = clients.into_iter().map(|client| client.join().unwrap());
        accounts.fold(LoadResult::default(), LoadResult::merge)
    })
}

fn load_by_client(client: &LoadClient<'_>, name: &str, over: &AtomicBool) -> LoadResult {
    let (mut account, mut boot) = (LoadResult::default(), None);
    for count in 1.. {
        match begin_and_use_task(client, &mut boot, name, count, &mut account.changes) {
            Err(NotAcknowledged::Gone) => break,
            Err(NotAcknowledged::Refused) => account.refused += 1,
            Ok(()) => {}
        }
        if over.load(Ordering::Relaxed) {
            break;
        }
    }
    account
}

/// Begins a task, and then completes every fourth and spends of every fourth.
fn begin_and_use_task(
    client: &LoadClient<'_>,
    boot: &mut Option<String>,
    name: &str,
    count: u64,
    changes: &mut Vec<Change>,
) -> Result<(), NotAcknowledged> {
    let booted = match boot {
        Some(booted) => booted,
        None => boot.insert(body_of_success(client.boot())?),
    };
    let (ask, with_key) = (one_use_task(&format!("{name}-{count}")), count % 4 == 1);
    let begun = body_of_success(client.begin(&ask, with_key));
    if begun == Err(NotAcknowledged::Refused) {
        changes.push(Change::Refused { ask: ask.clone() });
    }
    let begun = begun?;
    let spend = spend_of(&begun, booted, count);
    changes.push(match with_key {
        true => Change::BegunWithKey {
            ask: ask.clone(),
            answer: begun,
        },
        false => Change::Begun { ask: ask.clone() },
    });
    match count % 4 {
        2 => {
            body_of_success(client.complete(&ask))?;
            changes.push(Change::Completed { spend });
        }
        3 => {
            let answer = body_of_success(client.spend(&spend))?;
            changes.push(Change::Spent { spend, answer });
        }
        _ => {}
    }
    Ok(())
}
