//! The program accepts every command line of the pages and of `--help`.

use crate::Command;
use crate::input::arguments::escape_values;
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// The command lines and names of commands in a text.
#[derive(Debug, Default, PartialEq, Eq)]
struct ShownCommands {
    /// Lines to type.
    lines: Vec<String>,
    /// Commands between backticks, usually without arguments.
    names: Vec<String>,
}

/// The command lines and names of commands in `text`. A line to type begins with `prompt`.
fn find_commands(text: &str, prompt: &str) -> ShownCommands {
    let mut said = ShownCommands::default();
    for line in text.replace("\\\n", "").lines() {
        match line.strip_prefix(prompt) {
            Some(typed) => said.lines.extend(find_calls(typed)),
            None => said
                .names
                .extend(line.split('`').skip(1).step_by(2).flat_map(find_calls)),
        }
    }
    said
}

/// The calls of the program in a line of shell: each from its name to where the shell ends or
/// redirects it.
fn find_calls(line: &str) -> Vec<String> {
    // The shell decides too where standard error goes.
    let line = line.replace(" 2>", " >");
    let parts = line.split(['|', '<', '>', '(', ')', '#', ';']);
    let call = |part: &str| {
        let words: Vec<_> = part.split_whitespace().skip_while(|word| *word != "edgewrit").collect();
        (words.len() > 1).then(|| words.join(" "))
    };
    parts.filter_map(call).collect()
}

/// The words of a call.
fn split_words(call: &str) -> Vec<OsString> {
    let words = shlex::split(call).expect("quotes come in pairs");
    words.into_iter().map(OsString::from).collect()
}

/// The error of a call, if it has one.
fn parse_error(call: &str) -> Option<clap::Error> {
    Command::read(split_words(call)).err()
}

/// The error of a call whose arguments may be left out, or that prints help.
fn parse_error_of_name(call: &str) -> Option<clap::Error> {
    use ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, MissingRequiredArgument};
    let left_out = [
        DisplayHelp,
        DisplayHelpOnMissingArgumentOrSubcommand,
        MissingRequiredArgument,
    ];
    parse_error(call).filter(|error| !left_out.contains(&error.kind()))
}

fn assert_accepted(place: &str, said: &ShownCommands) {
    let lines = said.lines.iter().map(|line| (line, parse_error(line)));
    let names = said.names.iter().map(|name| (name, parse_error_of_name(name)));
    for line in &said.lines {
        let escaped = escape_values(Command::command(), split_words(line));
        assert_eq!(
            escaped,
            split_words(line),
            "{place}: without values that begin with a hyphen"
        );
    }
    for (call, fault) in lines.chain(names) {
        if let Some(fault) = fault {
            panic!("{place}: `{call}`: {fault}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads files of this repository")]
#[test]
fn commands_of_the_pages_are_accepted() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = ShownCommands::default();
    for folder in [repository.clone(), repository.join("docs")] {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for page in files.filter(|file| file.extension().is_some_and(|end| end == "md")) {
            // A block in a list is indented.
            let text = fs::read_to_string(&page).unwrap();
            let text: Vec<_> = text.lines().map(str::trim_start).collect();
            let said = find_commands(&text.join("\n"), "$ ");
            assert_accepted(&page.display().to_string(), &said);
            found.lines.extend(said.lines);
            found.names.extend(said.names);
        }
    }
    assert!(found.lines.len() >= 6 && found.names.len() >= 6, "{found:#?}");
}

#[test]
fn commands_of_the_help_are_accepted() {
    let mut commands = vec![Command::command()];
    let mut found = 0;
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands().cloned());
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let said = find_commands(&help, "  ");
        assert_accepted(command.get_name(), &said);
        found += said.lines.len();
    }
    assert!(found >= 12, "{found}");
}

#[test]
fn every_option_of_the_proxy_and_of_a_first_try_is_on_a_page() {
    let pages = [
        include_str!("../../../docs/proxy.md"),
        include_str!("../../../docs/forward-auth.md"),
    ];
    for name in ["proxy", "try"] {
        let command = Command::command();
        let command = command.find_subcommand(name).unwrap();
        for option in command.get_arguments().filter_map(clap::Arg::get_long) {
            let is_shown = |page: &&str| page.contains(&format!("--{option}"));
            assert!(pages.iter().any(is_shown), "{name}: `--{option}`");
        }
    }
}

#[test]
fn calls_are_found_in_the_surrounding_text() {
    let text = "$ KEY=… edgewrit mint --task p \\\n  --tokens | head -1 | edgewrit inspect - # as `edgewrit x`\nsee `edgewrit edge add`.";
    assert_eq!(
        find_commands(text, "$ "),
        ShownCommands {
            lines: vec!["edgewrit mint --task p --tokens".into(), "edgewrit inspect -".into()],
            names: vec!["edgewrit edge add".into()],
        }
    );
}

#[test]
fn a_wrong_call_is_noticed() {
    let edge = "edgewrit edge add door --audience https://a.example --data ./data";
    assert!(parse_error(edge).is_some(), "without the upstream");
    assert!(
        parse_error(&format!("{edge} --upstream travel")).is_some(),
        "without its origin"
    );
    assert!(parse_error(&format!("{edge} --upstream travel=https://b.example")).is_none());
    let config = "edgewrit config check";
    assert!(
        parse_error(&format!("{config} 'my edge.yaml'")).is_none(),
        "one word in quotes"
    );
    assert!(parse_error(&format!("{config} my edge.yaml")).is_some());
    assert!(parse_error_of_name("edgewrit edge remove").is_some());
    assert!(parse_error_of_name("edgewrit config check edge.yaml --yaml").is_some());
    assert!(parse_error_of_name("edgewrit edge add").is_none());
}
