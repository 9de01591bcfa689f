//! Which allowances pay for a request: pure.

use std::collections::BTreeMap;

/// The uses that are left of each allowance.
pub type Left = BTreeMap<String, u64>;

/// Picks for each attempt, in their order, the allowance that has least left and is not used up,
/// ties by id. `None` if an attempt finds none: then the request as a whole is not paid for.
#[must_use]
pub fn debit(mut left: Left, attempts: &[Vec<String>]) -> Option<Vec<String>> {
    let mut debits = Vec::with_capacity(attempts.len());
    for candidates in attempts {
        let usable = candidates.iter().filter_map(|id| {
            let left = *left.get(id)?;
            (left > 0).then_some((left, id))
        });
        let (_, id) = usable.min()?;
        let least = left.get_mut(id)?;
        *least = least.saturating_sub(1);
        debits.push(id.clone());
    }
    Some(debits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(pairs: &[(&str, u64)]) -> Left {
        pairs.iter().map(|(id, left)| ((*id).to_owned(), *left)).collect()
    }

    fn attempts(ids: &[&[&str]]) -> Vec<Vec<String>> {
        ids.iter()
            .map(|ids| ids.iter().map(|id| (*id).to_owned()).collect())
            .collect()
    }

    #[test]
    fn the_allowance_with_least_left_pays() {
        let debits = debit(left(&[("a", 5), ("b", 2), ("c", 9)]), &attempts(&[&["a", "b", "c"]]));
        assert_eq!(debits, Some(vec!["b".to_owned()]));
    }

    #[test]
    fn ties_go_to_the_lesser_id_whatever_the_order() {
        for ids in [["b", "a"], ["a", "b"]] {
            assert_eq!(
                debit(left(&[("a", 2), ("b", 2)]), &attempts(&[&ids])),
                Some(vec!["a".to_owned()])
            );
        }
    }

    #[test]
    fn an_allowance_that_is_used_up_pays_nothing() {
        assert_eq!(
            debit(left(&[("a", 0), ("b", 7)]), &attempts(&[&["a", "b"]])),
            Some(vec!["b".to_owned()])
        );
        assert_eq!(debit(left(&[("a", 0)]), &attempts(&[&["a"]])), None);
        assert_eq!(debit(left(&[]), &attempts(&[&["a"]])), None);
    }

    #[test]
    fn attempts_of_one_request_pay_one_after_another() {
        let debits = debit(
            left(&[("a", 1), ("b", 2)]),
            &attempts(&[&["a", "b"], &["a", "b"], &["a", "b"]]),
        );
        assert_eq!(debits, Some(vec!["a".to_owned(), "b".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn an_attempt_that_cannot_pay_stops_the_request() {
        assert_eq!(debit(left(&[("a", 1)]), &attempts(&[&["a"], &["a"]])), None);
        assert_eq!(debit(left(&[("a", 1)]), &attempts(&[&["a"], &[]])), None);
    }
}
