//! The commands print the output that `docs/tools.md` shows.

use crate::support::TestFolder;
use std::path::Path;
use std::process::Command;

const PAGE: &str = include_str!("../../../../../docs/tools.md");

/// Fenced blocks of the page written in `language`.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let blocks = PAGE.split("```").skip(1).step_by(2);
    let blocks = blocks.filter_map(|block| block.split_once('\n'));
    blocks.filter_map(move |(own, text)| (own == language).then_some(text))
}

/// The files of the page: each says its name in its first line.
fn files(place: &TestFolder) {
    for language in ["yaml", "json"] {
        for block in blocks(language) {
            if let Some(name) = block.lines().next().unwrap().strip_prefix("# ") {
                let text = if language == "yaml" {
                    block
                } else {
                    block.split_once('\n').unwrap().1
                };
                place.file(name, text);
            }
        }
    }
}

#[test]
fn every_command_on_the_page_prints_the_shown_output() {
    let place = TestFolder::new();
    files(&place);
    let edgewrit = Path::new(env!("CARGO_BIN_EXE_edgewrit")).parent().unwrap();
    let path = format!("{}:{}", edgewrit.display(), std::env::var("PATH").unwrap());
    let mut commands = 0;
    for block in blocks("console") {
        let (line, shown) = block.strip_prefix("$ ").unwrap().split_once('\n').unwrap();
        let output = Command::new("sh")
            .args(["-c", line])
            .env("PATH", &path)
            .current_dir(place.folder())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (String::from_utf8(output.stdout).unwrap().as_str(), &*stderr),
            (shown, ""),
            "{line}"
        );
        commands += 1;
    }
    assert_eq!(commands, PAGE.matches("\n## ").count(), "each command has an example");
}
