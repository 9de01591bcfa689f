//! A file of grants: a task policy or a ceiling.

use super::finding::GrantFinding;
use crate::input::document::Document;
use crate::output::failure::Failure;
use edgewrit_issuer::ceiling::Ceiling;
use edgewrit_issuer::task_request::TaskRequest;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json::Json;
use edgewrit_yaml::YamlPlace;
use std::path::Path;

/// A file that was read.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) document: Document,
    pub(super) content: SourceContent,
}

#[derive(Debug)]
pub(super) enum SourceContent {
    Policy(TaskRequest),
    Ceiling(Ceiling),
}

/// The grants of one audience.
pub(super) struct AudienceGrants<'s> {
    pub(super) audience: &'s str,
    /// The place of the audience, as a JSON pointer.
    pub(super) entry: String,
    /// The place of the grants. The place of a grant has its index in addition.
    place: String,
    pub(super) grants: &'s [Grant],
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let document = Document::open(path)?;
        let is_policy = ["task_id", "orch_id", "audiences"]
            .iter()
            .any(|name| document.json().member(name).is_some());
        let content = if is_policy {
            SourceContent::Policy(document.read(TaskRequest::read)?)
        } else if matches!(document.json(), Json::List(_)) {
            SourceContent::Ceiling(document.read(Ceiling::read)?)
        } else {
            let expected = "expected a task policy, an object with `task_id`, `orch_id` and `audiences`, or a ceiling, a list of entries";
            return Err(Failure::new(document.locate("", expected)));
        };
        Ok(Self { document, content })
    }

    pub(super) fn is_policy(&self) -> bool {
        matches!(self.content, SourceContent::Policy(_))
    }

    pub(super) fn groups(&self) -> Vec<AudienceGrants<'_>> {
        match &self.content {
            SourceContent::Policy(ask) => {
                let parts = ask.parts.iter();
                parts
                    .map(|part| AudienceGrants::new(&part.audience, part.place.clone(), &part.grants))
                    .collect()
            }
            SourceContent::Ceiling(ceiling) => {
                let entries = ceiling.entries().iter().enumerate();
                entries
                    .map(|(index, entry)| AudienceGrants::new(&entry.audience, self.list_place(index), &entry.grants))
                    .collect()
            }
        }
    }

    /// The place of the grants of an entry of a ceiling.
    fn list_place(&self, index: usize) -> String {
        let scope = format!("/{index}/scope");
        match self.document.value(&scope) {
            Some(_) => scope,
            None => format!("/{index}/grants"),
        }
    }

    pub(super) fn position(&self, finding: &GrantFinding) -> Option<YamlPlace> {
        self.document.place(&finding.place)
    }

    /// The grant at `place`, for a message about another.
    pub(super) fn named(&self, place: &str) -> String {
        match self.document.place(place) {
            Some(at) => format!("the grant at {at}"),
            None => format!("the grant at `{place}`"),
        }
    }
}

impl<'s> AudienceGrants<'s> {
    fn new(audience: &'s str, place: String, grants: &'s [Grant]) -> Self {
        let entry = place.rsplit_once('/').map_or("", |(entry, _)| entry).to_owned();
        Self {
            audience,
            entry,
            place,
            grants,
        }
    }

    /// The place of the grant with this index.
    pub(super) fn place(&self, index: usize) -> String {
        format!("{}/{index}", self.place)
    }

    /// The grants, each with its place.
    pub(super) fn placed(&self) -> impl Iterator<Item = (String, &'s Grant)> {
        self.grants
            .iter()
            .enumerate()
            .map(|(index, grant)| (self.place(index), grant))
    }
}
