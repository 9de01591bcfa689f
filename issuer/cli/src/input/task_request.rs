//! The file of `--task`: the task that an orchestrator requests of an issuer.

use crate::input::document::Document;
use crate::output::failure::Failure;
use edgewrit_issuer::task_request::TaskRequest;
use edgewrit_shared::grant::Grant;
use std::path::Path;

/// The grants that the request at `path` has for `audience`, in the order of the file.
pub(crate) fn read_grants(path: &Path, audience: &str) -> Result<Vec<Grant>, Failure> {
    let document = Document::open(path)?;
    let ask = document.read(TaskRequest::read)?;
    let audiences: Vec<_> = ask.parts.iter().map(|part| format!("`{}`", part.audience)).collect();
    let part = ask.parts.into_iter().find(|part| part.audience == audience);
    part.map(|part| part.grants).ok_or_else(|| {
        let message = format!("nothing is asked for at `{audience}`, only at {}", audiences.join(", "));
        Failure::new(document.locate("/audiences", &message))
    })
}

#[cfg(test)]
mod tests {
    use crate::Command;
    use clap::CommandFactory as _;

    #[test]
    fn the_flag_keeps_its_earlier_name_as_an_alias() {
        for call in [
            "edgewrit mint --issuer i",
            "edgewrit explain --config c --request 'GET /'",
            "edgewrit reach --config c",
            "edgewrit operations replay --config c access.log",
        ] {
            for flag in [
                "--task task.yaml",
                "--policy task.yaml",
                "--task=task.yaml",
                "--policy=task.yaml",
            ] {
                let words = shlex::split(&format!("{call} {flag}")).unwrap();
                let read = Command::command().try_get_matches_from(&words);
                let mut read = &read.unwrap_or_else(|error| panic!("{words:?}: {error}"));
                while let Some((_, own)) = read.subcommand() {
                    read = own;
                }
                let task: Vec<_> = read.get_raw("task").into_iter().flatten().collect();
                assert_eq!(task, ["task.yaml"], "{words:?}");
            }
        }
    }
}
