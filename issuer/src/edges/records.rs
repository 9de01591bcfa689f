//! Records of edges: the verdict on each request, joined to the grants of its task.

use super::Edges;
use crate::audit::EventKind;
use crate::registry::RegisteredEdge;
use crate::store::rows::reporting_edge::ReportingEdge;
use crate::store::rules::records::{kind_of, numbers_of};
use crate::store::{StoreError, TakeOutcome, TakeRecords};
use edgewrit_shared::edge_api::record_line::{KeptValue, RecordLine, member};
use edgewrit_shared::edge_api::records::BatchRequest;
use std::sync::Arc;

/// The records that report that the edge saw another audit before, each with its place.
fn head_reports(records: &[RecordLine]) -> Vec<(usize, RecordLine)> {
    let reports = records.iter().enumerate();
    let reports = reports.filter(|(_, record)| kind_of(record) == EventKind::AuditHeadReported);
    reports.map(|(place, record)| (place, record.clone())).collect()
}

/// Logs what an edge reports of the audit itself, so that the operator sees it at once.
fn log_head_report(edge: &RegisteredEdge, record: &RecordLine) {
    let detail = record.kept.iter().find_map(|(name, value)| match value {
        KeptValue::Text(text) if *name == member::DETAIL => Some(text.as_str()),
        _ => None,
    });
    tracing::error!(
        edge_id = edge.edge_id,
        label = record.label.text(),
        detail = detail.unwrap_or_default(),
        "an edge saw another audit before"
    );
}

impl Edges {
    /// Takes in what `edge` reports. A batch that was taken in before changes nothing. Answers the
    /// number of the last record; `None` if the boot is not one of this edge.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was taken in.
    pub(crate) async fn take_in(
        &self,
        edge: &Arc<RegisteredEdge>,
        batch: BatchRequest,
    ) -> Result<Option<u64>, StoreError> {
        let BatchRequest {
            boot_id,
            first,
            records,
        } = batch;
        let last = *numbers_of(first, records.len()).end();
        let reports = head_reports(&records);
        let take = TakeRecords {
            edge: ReportingEdge {
                edge_id: edge.edge_id.clone(),
                audience: edge.audience.clone(),
            },
            boot_id,
            first,
            records,
        };
        match self.store.take_records(take).await? {
            TakeOutcome::UnknownBoot => Ok(None),
            TakeOutcome::Taken(new) => {
                let reports = reports.iter().filter(|(place, _)| new.contains(place));
                reports.for_each(|(_, record)| log_head_report(edge, record));
                Ok(Some(last))
            }
        }
    }
}
