//! Findings about each operation by itself.

use super::code::{OperationCode, OperationFinding};
use super::row::OperationRow;
use edgewrit_shared::limits::{PATTERN_BYTES, PATTERN_SEPARATORS, RULES_PER_GRANT};

/// Methods that are no surprise (RFC 9110, section 9, and RFC 5789).
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
/// Methods whose requests some clients and hosts make without a body.
const WITHOUT_BODY: [&str; 2] = ["GET", "HEAD"];

pub(super) fn find_all(row: &OperationRow<'_>) -> Vec<OperationFinding> {
    let found = [
        find_unusual_method,
        find_unjudged_body,
        find_body_of_get,
        find_star_in_action,
        find_star_in_resource,
        find_long_resource,
        find_many_separators,
        find_many_params,
    ];
    found.into_iter().filter_map(|find| find(row)).collect()
}

fn find_unusual_method(row: &OperationRow<'_>) -> Option<OperationFinding> {
    let method = row.method;
    (!METHODS.contains(&method)).then(|| {
        let wrong = format!("`{method}` is none of the usual methods, and hosts may refuse it by themselves");
        OperationFinding::new(
            OperationCode::Method,
            row.member("match"),
            wrong,
            "look whether it is a slip",
        )
    })
}

fn find_unjudged_body(row: &OperationRow<'_>) -> Option<OperationFinding> {
    (row.takes_body() && !row.judges_body()).then(|| {
        let wrong = "it takes a body of which nothing is judged: `ignore` lets all of it pass";
        let instead = "make what matters in it a parameter, so that grants can have rules about it";
        OperationFinding::new(OperationCode::UnjudgedBody, row.member("ignore"), wrong, instead)
    })
}

fn find_body_of_get(row: &OperationRow<'_>) -> Option<OperationFinding> {
    (row.takes_body() && WITHOUT_BODY.contains(&row.method)).then(|| {
        let wrong = format!(
            "it needs a body, and Workers neither get nor send one with `{}`",
            row.method
        );
        OperationFinding::new(
            OperationCode::GetBody,
            row.member("match"),
            wrong,
            "serve it by Envoy only, or by another method",
        )
    })
}

fn find_star_in_action(row: &OperationRow<'_>) -> Option<OperationFinding> {
    row.action.contains('*').then(|| {
        let wrong = format!(
            "the action is `{}` to the letter: only a grant that names it so has it",
            row.action
        );
        OperationFinding::new(
            OperationCode::Star,
            row.member("action"),
            wrong,
            "name what the operation does",
        )
    })
}

fn find_star_in_resource(row: &OperationRow<'_>) -> Option<OperationFinding> {
    row.resource.contains('*').then(|| {
        let wrong = "a resource is no pattern: the `*` in it stands for itself";
        OperationFinding::new(
            OperationCode::Star,
            row.member("resource"),
            wrong,
            "capture the part of the path that varies: `{name}`",
        )
    })
}

/// The text of the resource that every request has.
fn own_text(row: &OperationRow<'_>) -> String {
    let pieces = row.resource.split('{');
    pieces
        .map(|piece| piece.split_once('}').map_or(piece, |(_, text)| text))
        .collect()
}

fn find_long_resource(row: &OperationRow<'_>) -> Option<OperationFinding> {
    let shortest = own_text(row).len() + row.resource.matches('{').count();
    (shortest > PATTERN_BYTES).then(|| {
        let wrong = format!(
            "every request is refused: its resource has at least {shortest} bytes, the limit is {PATTERN_BYTES}"
        );
        OperationFinding::new(OperationCode::Unreachable, row.member("resource"), wrong, "shorten it")
    })
}

fn find_many_separators(row: &OperationRow<'_>) -> Option<OperationFinding> {
    let separators = own_text(row).matches(['/', ':']).count();
    (separators > PATTERN_SEPARATORS).then(|| {
        let wrong = format!(
            "no pattern names this resource and no others: it has {separators} separators, a pattern at most {PATTERN_SEPARATORS}"
        );
        OperationFinding::new(OperationCode::Unwordable, row.member("resource"), wrong, "shorten it")
    })
}

fn find_many_params(row: &OperationRow<'_>) -> Option<OperationFinding> {
    let params = row.params.len();
    (params > RULES_PER_GRANT).then(|| {
        let wrong =
            format!("no grant bounds all of its {params} parameters: a grant has at most {RULES_PER_GRANT} rules");
        let instead = "leave out parameters that agents need not send, so that requests with them are refused";
        OperationFinding::new(OperationCode::Unwordable, row.member("params"), wrong, instead)
    })
}
