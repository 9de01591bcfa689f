//! Rules of debits: a use for every attempt of a request, or none.

use super::revocations::is_revoked;
use crate::audit::Event;
use crate::policy::allowance::{Left, debit};
use crate::store::rows::spend::{EarlierSpend, SpendOutcome, SpendRequest};
use edgewrit_shared::time::UnixSeconds;
use serde_json::json;

/// The rows that decide a debit.
#[derive(Clone, Debug)]
pub struct SpendRows {
    /// The answer to the same number of the boot before.
    pub earlier: Option<EarlierSpend>,
    /// The latest cut at the targets of the writ.
    pub latest_cut: Option<UnixSeconds>,
    /// The uses that are left of each allowance that is named. One that does not exist has none.
    pub left: Left,
}

/// The outcome of a debit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpendDecision {
    /// One use of each of these allowances is debited, one for each attempt, and the answer is
    /// remembered.
    Debit(Vec<String>),
    /// The answer; nothing is changed.
    Answer(SpendOutcome),
}

/// Decides a debit at `now`, the time of the writer. That nothing was left is what the edge
/// reports.
#[must_use]
pub fn decide_spend(spend: &SpendRequest, rows: SpendRows, now: UnixSeconds) -> SpendDecision {
    if let Some(earlier) = rows.earlier {
        return SpendDecision::Answer(match earlier.request == spend.request {
            true => SpendOutcome::Debited(earlier.spent),
            false => SpendOutcome::CounterReused,
        });
    }
    // Here, and not before: what was ended first is not spent for after.
    if now >= spend.exp || is_revoked(rows.latest_cut, spend.iat) {
        return SpendDecision::Answer(SpendOutcome::Ended);
    }
    match debit(rows.left, &spend.attempts) {
        Some(debits) => SpendDecision::Debit(debits),
        None => SpendDecision::Answer(SpendOutcome::Exhausted),
    }
}

/// The event of a debit of `debits`, by which its task is found: that of the first allowance.
#[must_use]
pub fn debit_event(event: &Event, edge_id: &str, debits: &[String]) -> Event {
    let cause = debits.first().map_or("", String::as_str);
    let data = json!({"edge_id": edge_id, "allowances": debits});
    event.clone().cause(cause).data(&data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spend(attempts: &[&str]) -> SpendRequest {
        SpendRequest {
            edge_id: "e".to_owned(),
            boot_id: "b".to_owned(),
            counter: 1,
            request: [1; 32],
            targets: Vec::new(),
            iat: UnixSeconds(100),
            exp: UnixSeconds(200),
            attempts: attempts.iter().map(|id| vec![(*id).to_owned()]).collect(),
        }
    }

    fn rows(left: &[(&str, u64)]) -> SpendRows {
        SpendRows {
            earlier: None,
            latest_cut: None,
            left: left.iter().map(|(id, left)| ((*id).to_owned(), *left)).collect(),
        }
    }

    fn answered(outcome: SpendOutcome) -> SpendDecision {
        SpendDecision::Answer(outcome)
    }

    const NOW: UnixSeconds = UnixSeconds(150);

    #[test]
    fn every_attempt_is_debited_or_none() {
        let both = vec!["a".to_owned(), "b".to_owned()];
        let debited = decide_spend(&spend(&["a", "b"]), rows(&[("a", 1), ("b", 1)]), NOW);
        assert_eq!(debited, SpendDecision::Debit(both));
        let exhausted = decide_spend(&spend(&["a", "b"]), rows(&[("a", 1), ("b", 0)]), NOW);
        assert_eq!(exhausted, answered(SpendOutcome::Exhausted));
    }

    #[test]
    fn a_number_of_a_boot_answers_one_request() {
        let earlier = |request| SpendRows {
            earlier: Some(EarlierSpend {
                request,
                spent: vec!["a".to_owned()],
            }),
            // Whatever happened since.
            latest_cut: Some(UnixSeconds(150)),
            ..rows(&[("a", 0)])
        };
        let again = decide_spend(&spend(&["a"]), earlier([1; 32]), UnixSeconds(300));
        assert_eq!(again, answered(SpendOutcome::Debited(vec!["a".to_owned()])));
        let other = decide_spend(&spend(&["a"]), earlier([2; 32]), NOW);
        assert_eq!(other, answered(SpendOutcome::CounterReused));
    }

    #[test]
    fn a_writ_that_ended_pays_nothing() {
        let ended = answered(SpendOutcome::Ended);
        assert_eq!(decide_spend(&spend(&["a"]), rows(&[("a", 1)]), UnixSeconds(200)), ended);
        let revoked = SpendRows {
            latest_cut: Some(UnixSeconds(100)),
            ..rows(&[("a", 1)])
        };
        assert_eq!(decide_spend(&spend(&["a"]), revoked, NOW), ended);
    }
}
