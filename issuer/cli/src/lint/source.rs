//! A file of grants: a task policy or a ceiling.

use super::finding::Finding;
use crate::document::Document;
use crate::failure::Failure;
use edgewrit_issuer::ask::Ask;
use edgewrit_issuer::ceiling::Ceiling;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json::Json;
use edgewrit_yaml::Place;
use std::path::Path;

/// A file that was read.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) document: Document,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Policy(Ask),
    Ceiling(Ceiling),
}

/// The grants of one audience.
pub(super) struct Group<'s> {
    pub(super) audience: &'s str,
    /// Where the audience stands, as a JSON pointer.
    pub(super) entry: String,
    /// Where its grants stand: each has its index appended.
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
            Content::Policy(document.read(Ask::read)?)
        } else if matches!(document.json(), Json::List(_)) {
            Content::Ceiling(document.read(Ceiling::read)?)
        } else {
            let expected = "expected a task policy, an object with `task_id`, `orch_id` and `audiences`, or a ceiling, a list of entries";
            return Err(Failure::new(document.locate("", expected)));
        };
        Ok(Self { document, content })
    }

    pub(super) fn is_policy(&self) -> bool {
        matches!(self.content, Content::Policy(_))
    }

    pub(super) fn groups(&self) -> Vec<Group<'_>> {
        match &self.content {
            Content::Policy(ask) => {
                let parts = ask.parts.iter();
                parts
                    .map(|part| Group::new(&part.audience, part.place.clone(), &part.grants))
                    .collect()
            }
            Content::Ceiling(ceiling) => {
                let entries = ceiling.entries().iter().enumerate();
                entries
                    .map(|(index, entry)| Group::new(&entry.audience, self.list(index), &entry.grants))
                    .collect()
            }
        }
    }

    /// Where the grants of a ceiling's entry stand.
    fn list(&self, index: usize) -> String {
        let scope = format!("/{index}/scope");
        match self.document.value(&scope) {
            Some(_) => scope,
            None => format!("/{index}/grants"),
        }
    }

    pub(super) fn position(&self, finding: &Finding) -> Option<Place> {
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

impl<'s> Group<'s> {
    fn new(audience: &'s str, place: String, grants: &'s [Grant]) -> Self {
        let entry = place.rsplit_once('/').map_or("", |(entry, _)| entry).to_owned();
        Self {
            audience,
            entry,
            place,
            grants,
        }
    }

    /// Where the grant with this index stands.
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
