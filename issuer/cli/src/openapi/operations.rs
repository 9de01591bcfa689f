//! The operations of a document.

use super::note::{Kind, Note};
use super::path::Path;
use super::row::DraftRow;
use super::server::{OpenapiServer, Servers};
use super::spec::SpecValue;
use super::{body, params};
use edgewrit_shared::grant::is_action;
use edgewrit_shared::json::text::shortened;
use edgewrit_shared::limits::{PARAMS_PER_OPERATION, TARGET_BYTES};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Longest summary of an operation that becomes a comment, in bytes.
const SUMMARY_BYTES: usize = 1024;

/// Members of a path item that are operations.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// Every operation of the document, in its order.
pub(super) fn read_operations(root: &SpecValue<'_>, servers: &mut Servers) -> Vec<DraftRow> {
    let first = servers.of(root).unwrap_or_else(|| servers.somewhere());
    let mut rows = Vec::new();
    for (template, item) in root.member("paths").iter().flat_map(SpecValue::members) {
        // Beside the paths may stand what the document adds for others, `x-…`.
        if !template.starts_with('/') {
            continue;
        }
        let place = Rc::clone(&item.place);
        if template.len() > TARGET_BYTES || template.matches('{').count() > PARAMS_PER_OPERATION {
            let message = format!("a path of more than {TARGET_BYTES} bytes or {PARAMS_PER_OPERATION} captures");
            servers.notes.push(Note::new(Kind::Refused, place, message));
            continue;
        }
        let item = match item.resolve() {
            Ok(item) => item,
            Err(message) => {
                servers.notes.push(Note::new(Kind::Reference, place, message));
                continue;
            }
        };
        let server = servers.of(&item).unwrap_or_else(|| first.clone());
        for (method, operation) in item.members() {
            if method == "trace" {
                servers
                    .notes
                    .push(Note::new(Kind::Refused, operation.place, "no edge serves `TRACE`"));
            } else if METHODS.contains(&method) {
                let place = Rc::clone(&operation.place);
                match operation.resolve() {
                    Ok(operation) => {
                        let server = servers.of(&operation).unwrap_or_else(|| server.clone());
                        rows.push(read_operation(method, template, &item, &operation, server));
                    }
                    Err(message) => servers.notes.push(Note::new(Kind::Reference, place, message)),
                }
            }
        }
    }
    rows
}

fn read_operation(
    method: &str,
    template: &str,
    item: &SpecValue<'_>,
    operation: &SpecValue<'_>,
    server: OpenapiServer,
) -> DraftRow {
    let mut path = Path::read(template, &operation.place);
    let id = operation
        .text_of("operationId")
        .filter(|id| is_action(id) && !id.contains('*'));
    let mut row = DraftRow {
        place: operation.place.to_string(),
        summary: operation
            .text_of("summary")
            .map(|summary| shortened(summary, SUMMARY_BYTES).into_owned()),
        name: format!("{} {}{}", method.to_ascii_uppercase(), server.base, path.pattern),
        action: id.unwrap_or(method).to_owned(),
        resource: path.resource.clone(),
        upstream: server.upstream,
        params: Vec::new(),
        names: BTreeSet::new(),
        notes: std::mem::take(&mut path.notes),
        looked_at: 0,
        unjudged: false,
    };
    params::add_params(&mut row, &path, item, operation);
    body::add_body(&mut row, operation);
    row.bound();
    row
}
