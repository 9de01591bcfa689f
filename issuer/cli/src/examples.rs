//! Every command line that the pages and `--help` show is one that the program takes.

use crate::Command;
use crate::arguments::escape_values;
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// All that a text says of the program.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    /// Lines to type.
    lines: Vec<String>,
    /// What stands between backticks, usually without its arguments.
    names: Vec<String>,
}

/// What `text` says; lines to type begin with `prompt`.
fn said(text: &str, prompt: &str) -> Said {
    let mut said = Said::default();
    for line in text.replace("\\\n", "").lines() {
        match line.strip_prefix(prompt) {
            Some(typed) => said.lines.extend(calls(typed)),
            None => said.names.extend(line.split('`').skip(1).step_by(2).flat_map(calls)),
        }
    }
    said
}

/// The calls of the program in a line of shell: each from its name to where the shell ends or redirects it.
fn calls(line: &str) -> Vec<String> {
    // Where standard error goes is the shell's business too.
    let line = line.replace(" 2>", " >");
    let parts = line.split(['|', '<', '>', '(', ')', '#', ';']);
    let call = |part: &str| {
        let words: Vec<_> = part.split_whitespace().skip_while(|word| *word != "edgewrit").collect();
        (words.len() > 1).then(|| words.join(" "))
    };
    parts.filter_map(call).collect()
}

/// The words of a call.
fn words(call: &str) -> Vec<OsString> {
    let words = shlex::split(call).expect("quotes come in pairs");
    words.into_iter().map(OsString::from).collect()
}

/// What is wrong with a call, if anything.
fn fault(call: &str) -> Option<clap::Error> {
    Command::read(words(call)).err()
}

/// The same of a call whose arguments may be left out, or that prints help.
fn fault_of_name(call: &str) -> Option<clap::Error> {
    use ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, MissingRequiredArgument};
    let left_out = [
        DisplayHelp,
        DisplayHelpOnMissingArgumentOrSubcommand,
        MissingRequiredArgument,
    ];
    fault(call).filter(|error| !left_out.contains(&error.kind()))
}

fn hold(place: &str, said: &Said) {
    let lines = said.lines.iter().map(|line| (line, fault(line)));
    let names = said.names.iter().map(|name| (name, fault_of_name(name)));
    for line in &said.lines {
        let escaped = escape_values(Command::command(), words(line));
        assert_eq!(escaped, words(line), "{place}: without values that begin with a hyphen");
    }
    for (call, fault) in lines.chain(names) {
        if let Some(fault) = fault {
            panic!("{place}: `{call}`: {fault}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads files of this repository")]
#[test]
fn the_pages_show_commands_as_they_are() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Said::default();
    for folder in [repository.clone(), repository.join("docs")] {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for page in files.filter(|file| file.extension().is_some_and(|end| end == "md")) {
            // A block in a list is indented.
            let text = fs::read_to_string(&page).unwrap();
            let text: Vec<_> = text.lines().map(str::trim_start).collect();
            let said = said(&text.join("\n"), "$ ");
            hold(&page.display().to_string(), &said);
            found.lines.extend(said.lines);
            found.names.extend(said.names);
        }
    }
    assert!(found.lines.len() >= 6 && found.names.len() >= 6, "{found:#?}");
}

#[test]
fn help_shows_commands_as_they_are() {
    let mut commands = vec![Command::command()];
    let mut found = 0;
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands().cloned());
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let said = said(&help, "  ");
        hold(command.get_name(), &said);
        found += said.lines.len();
    }
    assert!(found >= 12, "{found}");
}

#[test]
fn calls_are_found_in_what_surrounds_them() {
    let text = "$ KEY=… edgewrit mint --task p \\\n  --tokens | head -1 | edgewrit inspect - # as `edgewrit x`\nsee `edgewrit edge add`.";
    assert_eq!(
        said(text, "$ "),
        Said {
            lines: vec!["edgewrit mint --task p --tokens".into(), "edgewrit inspect -".into()],
            names: vec!["edgewrit edge add".into()],
        }
    );
}

#[test]
fn a_wrong_call_is_noticed() {
    let edge = "edgewrit edge add door --audience https://a.example --data ./data";
    assert!(fault(edge).is_some(), "without the upstream");
    assert!(
        fault(&format!("{edge} --upstream travel")).is_some(),
        "without its origin"
    );
    assert!(fault(&format!("{edge} --upstream travel=https://b.example")).is_none());
    let config = "edgewrit config check";
    assert!(
        fault(&format!("{config} 'my edge.yaml'")).is_none(),
        "one word in quotes"
    );
    assert!(fault(&format!("{config} my edge.yaml")).is_some());
    assert!(fault_of_name("edgewrit edge remove").is_some());
    assert!(fault_of_name("edgewrit config check edge.yaml --yaml").is_some());
    assert!(fault_of_name("edgewrit edge add").is_none());
}
