//! Load from several sides at once, and an account of what was answered.

use super::deed::Deed;
use super::side::{Cast, Not, Side, acknowledged, ask, spend};
use crate::support::Server;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

/// Those who load at the same time.
const SIDES: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) deeds: Vec<Deed>,
    /// How many requests were answered with 503.
    pub(crate) refused: usize,
}

impl Account {
    fn and(mut self, other: Self) -> Self {
        self.deeds.extend(other.deeds);
        self.refused += other.refused;
        self
    }
}

/// Loads the server from all sides and kills it at that `moment`. Tasks are called by `name`.
pub(crate) fn until_killed(cast: &Cast, server: Server, name: &str, moment: Duration) -> Account {
    let url = server.url.clone();
    under_load(cast, &url, name, || {
        sleep(moment);
        server.kill();
    })
}

/// Loads the server at `url` from all sides while something happens `meanwhile`.
pub(crate) fn under_load(cast: &Cast, url: &str, name: &str, meanwhile: impl FnOnce()) -> Account {
    let over = &AtomicBool::new(false);
    let side = |number: usize| load(&Side::new(cast, url), &format!("{name}-{number}"), over);
    scope(|scope| {
        let sides: Vec<_> = (0..SIDES).map(|number| scope.spawn(move || side(number))).collect();
        meanwhile();
        over.store(true, Ordering::Relaxed);
        let accounts = sides.into_iter().map(|side| side.join().unwrap());
        accounts.fold(Account::default(), Account::and)
    })
}

fn load(side: &Side<'_>, name: &str, over: &AtomicBool) -> Account {
    let (mut account, mut boot) = (Account::default(), None);
    for count in 1.. {
        match work(side, &mut boot, name, count, &mut account.deeds) {
            Err(Not::Answered) => break,
            Err(Not::Refused) => account.refused += 1,
            Ok(()) => {}
        }
        if over.load(Ordering::Relaxed) {
            break;
        }
    }
    account
}

/// Begins a task, and does with each of four something else.
fn work(side: &Side<'_>, boot: &mut Option<String>, name: &str, count: u64, deeds: &mut Vec<Deed>) -> Result<(), Not> {
    let booted = match boot {
        Some(booted) => booted,
        None => boot.insert(acknowledged(side.boot())?),
    };
    let (ask, with_key) = (ask(&format!("{name}-{count}")), count % 4 == 1);
    let begun = acknowledged(side.begin(&ask, with_key));
    if begun == Err(Not::Refused) {
        deeds.push(Deed::Refused { ask: ask.clone() });
    }
    let begun = begun?;
    let spend = spend(&begun, booted, count);
    deeds.push(match with_key {
        true => Deed::BegunWithKey {
            ask: ask.clone(),
            answer: begun,
        },
        false => Deed::Begun { ask: ask.clone() },
    });
    match count % 4 {
        2 => {
            acknowledged(side.complete(&ask))?;
            deeds.push(Deed::Completed { spend });
        }
        3 => {
            let answer = acknowledged(side.spend(&spend))?;
            deeds.push(Deed::Spent { spend, answer });
        }
        _ => {}
    }
    Ok(())
}
