//! Findings about values, as rules list them.

use super::finding::{GrantCode, GrantFinding};
use edgewrit_shared::json::number::Number;
use edgewrit_shared::json::{Json, Quoted};

/// The largest integer up to which doubles hold every integer: 2^53-1.
const INTEGER_MAX: &str = "9007199254740991";

/// Findings in the kinds of one rule, not in the rules inside it.
pub(super) fn find_all(place: &str, rule: &Json) -> Vec<GrantFinding> {
    let found = [deny_list(place, rule), number_precision(place, rule)];
    found.into_iter().flatten().collect()
}

/// A `not_in` on text that no other kind stands beside.
fn deny_list(place: &str, rule: &Json) -> Option<GrantFinding> {
    let (Json::Object(kinds), Json::List(values)) = (rule, rule.member("not_in")?) else {
        return None;
    };
    let [_] = kinds.as_slice() else { return None };
    let texts = values.iter().filter_map(|value| match value {
        Json::Text(text) => Some(text),
        _ => None,
    });
    let (text, other) = texts
        .filter_map(|text| Some((text, other_spelling(text, values)?)))
        .next()?;
    let wrong = format!(
        "it refuses {} and admits all other text, {} too, which an upstream may take for the same",
        Quoted(text),
        Quoted(&other)
    );
    let instead = "say what is permitted (`in`, `glob`, `under`), in its place or beside it";
    Some(GrantFinding::new(
        GrantCode::DenyList,
        format!("{place}/not_in"),
        wrong,
        instead,
    ))
}

/// Text that many a reader takes for `text`, and the list does not have.
fn other_spelling(text: &str, values: &[Json]) -> Option<String> {
    let spellings = [first_in_other_case(text), text.to_uppercase(), format!("{text} ")];
    spellings
        .into_iter()
        .find(|other| !values.contains(&Json::Text(other.clone())))
}

fn first_in_other_case(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if first.is_uppercase() => first.to_lowercase().chain(rest).collect(),
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}

/// A number that a reader in floating point does not have as it is written.
fn number_precision(place: &str, rule: &Json) -> Option<GrantFinding> {
    let kinds = ["eq", "in", "max", "min", "not_in"];
    let numbers = kinds.iter().flat_map(|kind| match rule.member(kind) {
        Some(Json::List(values)) => values.iter().map(|value| (*kind, value)).collect(),
        Some(value) => vec![(*kind, value)],
        None => Vec::new(),
    });
    let (kind, number, read) = numbers
        .filter_map(|(kind, value)| match value {
            Json::Number(number) => Some((kind, number, read_by_doubles(number)?)),
            _ => None,
        })
        .next()?;
    let wrong = format!("`{number}` is {read} in floating point, as in JavaScript");
    let instead =
        "write a number of at most 15 digits that is no integer beyond 9007199254740991, or let the parameter be text";
    Some(GrantFinding::new(
        GrantCode::NumberPrecision,
        format!("{place}/{kind}"),
        wrong,
        instead,
    ))
}

/// The number as a reader in floating point reads it, if that differs.
fn read_by_doubles(number: &Number) -> Option<String> {
    let Some(double) = number.as_double() else {
        return Some("infinite".to_owned());
    };
    if double != *number {
        return Some(format!("`{double}`"));
    }
    let most = Number::parse(INTEGER_MAX)?;
    let least = Number::parse(&format!("-{INTEGER_MAX}"))?;
    (number.is_integer() && (*number > most || *number < least)).then(|| "one with its neighbours".to_owned())
}
