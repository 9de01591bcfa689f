//! Policies: what an orchestrator will ask an issuer for.

use crate::document::Document;
use crate::failure::Failure;
use edgewrit_issuer::ask::Ask;
use edgewrit_shared::grant::Grant;
use std::path::Path;

/// The grants that the policy at `path` asks for at `audience`, in the order of the file.
pub(crate) fn grants(path: &Path, audience: &str) -> Result<Vec<Grant>, Failure> {
    let document = Document::open(path)?;
    let ask = document.read(Ask::read)?;
    let audiences: Vec<_> = ask.parts.iter().map(|part| format!("`{}`", part.audience)).collect();
    let part = ask.parts.into_iter().find(|part| part.audience == audience);
    part.map(|part| part.grants).ok_or_else(|| {
        let message = format!("nothing is asked for at `{audience}`, only at {}", audiences.join(", "));
        Failure::new(document.locate("/audiences", &message))
    })
}
