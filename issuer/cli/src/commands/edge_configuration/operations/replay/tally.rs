//! Counts of the verdicts on recorded requests, in groups.

use super::judge::{Fate, JudgedRecord};
use super::recorded::Recorded;
use super::shape;
use edgewrit_shared::json::text::shortened;
use std::collections::BTreeMap;

/// Most groups that are kept apart; later requests belong to one group of others.
const GROUPS: usize = 1_000;
/// Unreadable lines that are named; of others only the number is.
const UNREADABLE: usize = 10;
/// Longest subject and detail of a group that are kept in full, in bytes.
const SUBJECT_BYTES: usize = 1024;
const OTHERS: &str = "others";

/// Counts of the verdicts on recorded requests.
#[derive(Debug, Default)]
pub(super) struct VerdictTally {
    pub(super) requests: u64,
    pub(super) passed: u64,
    pub(super) refused: Groups,
    pub(super) not_judged: Groups,
    pub(super) unreadable: u64,
    /// The first unreadable lines (of an archive: entries), and what is wrong with them.
    pub(super) first_unreadable: Vec<(usize, String)>,
}

/// Requests by operation, or by shape where none matches, and by why.
#[derive(Debug, Default)]
pub(super) struct Groups(BTreeMap<(String, String), TallyGroup>);

/// Requests of one kind.
#[derive(Clone, Debug)]
pub(super) struct TallyGroup {
    pub(super) count: u64,
    /// The detail of the first request.
    pub(super) detail: String,
}

impl VerdictTally {
    pub(super) fn count(&mut self, recorded: &Recorded, judged: JudgedRecord) {
        self.requests += 1;
        let subject = |operation: Option<String>| {
            operation.unwrap_or_else(|| shape::shape_of(&recorded.method, &recorded.target))
        };
        match judged.fate {
            Fate::Passes => self.passed += 1,
            Fate::Refused { reason, detail } => self.refused.add(subject(judged.operation), reason.label(), detail),
            Fate::NotJudged(why) => self.not_judged.add(subject(judged.operation), &why, String::new()),
        }
    }

    pub(super) fn unreadable(&mut self, line: usize, message: String) {
        self.unreadable += 1;
        if self.first_unreadable.len() < UNREADABLE {
            self.first_unreadable.push((line, message));
        }
    }

    /// Whether nothing would be refused, as far as can be told, and everything could be read.
    pub(super) fn all_pass(&self) -> bool {
        self.refused.total() == 0 && self.unreadable == 0
    }
}

impl Groups {
    fn add(&mut self, subject: String, why: &str, detail: String) {
        let mut key = (shortened(&subject, SUBJECT_BYTES).into_owned(), why.to_owned());
        if self.0.len() >= GROUPS && !self.0.contains_key(&key) {
            key = (OTHERS.to_owned(), OTHERS.to_owned());
        }
        let group = self.0.entry(key).or_insert_with(|| {
            let detail = shortened(&detail, SUBJECT_BYTES).into_owned();
            TallyGroup { count: 0, detail }
        });
        group.count += 1;
    }

    pub(super) fn total(&self) -> u64 {
        self.0.values().map(|group| group.count).sum()
    }

    /// Subject, why, and the group; the largest first.
    pub(super) fn sorted(&self) -> Vec<(&str, &str, &TallyGroup)> {
        let mut groups: Vec<_> = self
            .0
            .iter()
            .map(|((subject, why), group)| (&**subject, &**why, group))
            .collect();
        groups.sort_by_key(|(_, _, group)| std::cmp::Reverse(group.count));
        groups
    }
}
