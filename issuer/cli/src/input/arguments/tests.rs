//! Every argument of every command, and calls that mean one thing only.

use super::*;
use clap::builder::ValueParser;
use clap::error::{ContextKind, ErrorKind};
use clap::{ArgMatches, CommandFactory as _};

/// A value that begins with a letter.
const FILLER: &str = "filler";

fn words(call: &str) -> Vec<OsString> {
    let words = shlex::split(call).expect("quotes come in pairs");
    words.into_iter().map(OsString::from).collect()
}

/// The commands that have no others in them, each with its name in full.
fn leaves() -> Vec<(String, Command)> {
    let mut leaves = Vec::new();
    let mut commands = vec![(String::new(), crate::Command::command())];
    while let Some((place, command)) = commands.pop() {
        let name = format!("{place} {}", command.get_name());
        match command.has_subcommands() {
            true => commands.extend(command.get_subcommands().map(|own| (name.clone(), own.clone()))),
            false => leaves.push((name.trim_start_matches(" edgewrit ").to_owned(), command)),
        }
    }
    leaves.sort_by(|one, other| one.0.cmp(&other.0));
    leaves
}

/// A value that `arg` takes.
fn fill(arg: &Arg) -> String {
    let listed = arg.get_possible_values();
    listed.first().map_or(FILLER, |value| value.get_name()).to_owned()
}

/// The argument of `leaf` to which clap gives `value` when `words` are read.
fn find_holder(leaf: &Command, words: &[&str], value: &str) -> Option<String> {
    let words = [leaf.get_name()]
        .into_iter()
        .chain(words.iter().copied())
        .map(OsString::from);
    let escaped = escape_values(leaf.clone(), words);
    // Clap alone, without what each argument says of its values and of others.
    let relaxed = leaf.clone().mut_args(|arg| match carries_text(&arg) {
        true => arg.required(false).value_parser(ValueParser::os_string()),
        false => arg.required(false),
    });
    let matches = relaxed.ignore_errors(true).try_get_matches_from(escaped).unwrap();
    let mut ids = matches.ids();
    let holds = |id: &str| matches.get_raw(id).into_iter().flatten().any(|held| held == value);
    ids.find(|id| holds(id.as_str())).map(|id| id.as_str().to_owned())
}

#[test]
fn every_argument_that_carries_text_takes_values_that_begin_with_a_hyphen() {
    let mut checked = 0;
    for (name, leaf) in leaves() {
        let mut built = leaf.clone();
        built.build();
        let takes_text = |arg: &&Arg| carries_text(arg);
        let long = |arg: &Arg| arg.get_long().map(|long| format!("--{long}"));
        let flag = built.get_arguments().filter(|arg| !arg.get_action().takes_values());
        let flag = flag.filter_map(long).find(|flag| flag != "--help");
        for arg in built.get_arguments().filter(takes_text) {
            // The other option of the command beside which the value stands.
            let mut rest = built
                .get_opts()
                .filter(takes_text)
                .filter(|other| other.get_id() != arg.get_id());
            let beside = rest.find_map(long).map(|long| [long, FILLER.to_owned()]);
            let before = built.get_positionals().take_while(|own| own.get_id() != arg.get_id());
            let before: Vec<_> = before.filter(|_| arg.is_positional()).map(fill).collect();
            for value in ["-Sabc", "--Sabc", "-hSabc", "-nSabc", "---", "-=", "-Sabc=d", "-ä"] {
                let mut words: Vec<_> = before.iter().map(String::as_str).collect();
                let option = long(arg);
                words.extend(option.as_deref());
                words.push(value);
                let beside: Vec<_> = beside.iter().flatten().map(String::as_str).collect();
                let flag: Vec<_> = flag.iter().map(String::as_str).collect();
                for call in [
                    words.clone(),
                    [&beside, &words[..]].concat(),
                    [&words, &beside[..]].concat(),
                    [&flag, &words[..]].concat(),
                    [&words, &flag[..]].concat(),
                    [&flag, &beside[..], &words].concat(),
                ] {
                    let holder = find_holder(&leaf, &call, value);
                    assert_eq!(holder.as_deref(), Some(arg.get_id().as_str()), "{name} {call:?}");
                }
            }
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn the_arguments_that_carry_no_text_are_these() {
    let mut found = Vec::new();
    for (name, mut leaf) in leaves() {
        leaf.build();
        let takes_values = |arg: &&Arg| arg.get_action().takes_values();
        let others = leaf
            .get_arguments()
            .filter(takes_values)
            .filter(|arg| !carries_text(arg));
        // Every command that reads a data directory has this one.
        let others = others.filter(|arg| arg.get_id() != "group_readable");
        found.extend(others.map(|arg| format!("{name} {}", arg.get_id())));
    }
    let expected = [
        "audit export after",
        "audit tail lines",
        "audit verify seen",
        "client rotate overlap",
        "edge rotate overlap",
        "explain at",
        "keys rotate job",
        "lint allow",
        "lint now",
        "operations check allow",
        "operations replay at",
        "proxy listen",
        "proxy admin",
        "proxy forward_auth",
        "proxy log",
        "revoke level",
        "serve listen",
        "serve behind_tls_proxy",
        "serve trusted_proxies",
        "serve client_failures",
        "serve metrics",
        "serve audit_keep",
        "serve log",
        "try listen",
        "try log",
    ];
    assert_eq!(found, expected);
}

/// The arguments of the command in `call`.
fn read(call: &str) -> ArgMatches {
    let matches = try_read(call).unwrap_or_else(|error| panic!("`{call}`: {error}"));
    let mut matches = &matches;
    while let Some((_, own)) = matches.subcommand() {
        matches = own;
    }
    matches.clone()
}

fn try_read(call: &str) -> clap::error::Result<ArgMatches> {
    let command = crate::Command::command();
    command
        .clone()
        .try_get_matches_from(escape_values(command, words(call)))
}

fn texts(matches: &ArgMatches, id: &str) -> Vec<String> {
    let raw = matches.get_raw(id).into_iter().flatten();
    raw.map(|text| text.to_str().unwrap().to_owned()).collect()
}

#[test]
fn a_value_is_taken_before_options_and_after_them() {
    for call in [
        "edgewrit keys drop -Sabc --data -d --group-readable true",
        "edgewrit keys drop --data -d -Sabc --group-readable",
        "edgewrit keys drop --data=-d --group-readable true -Sabc",
        "edgewrit keys drop --data -d -- -Sabc",
        "edgewrit keys drop -Sabc --group-readable --data -d",
    ] {
        let read = read(call);
        assert_eq!(texts(&read, "kid"), ["-Sabc"], "{call}");
        assert_eq!(texts(&read, "data"), ["-d"], "{call}");
        if call.contains("readable") {
            assert_eq!(read.get_one::<bool>("group_readable"), Some(&true), "{call}");
        }
    }
}

#[test]
fn several_values_do_not_take_the_options_between_them() {
    let read = read("edgewrit lint -a.yaml b.yaml --json - --allow broad -c.yaml");
    assert_eq!(texts(&read, "files"), ["-a.yaml", "b.yaml", "-", "-c.yaml"]);
    assert!(read.get_flag("json"));
    assert_eq!(texts(&read, "allow"), ["broad"]);
    let read = self::read("edgewrit revoke --before -m task -c/-t --data d");
    assert_eq!(
        ["level", "target", "before"].map(|id| texts(&read, id)),
        [["task"], ["-c/-t"], ["-m"]]
    );
}

/// The error of clap.
fn fault(call: &str) -> (ErrorKind, String) {
    let error = try_read(call).expect_err(call);
    let named = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    (error.kind(), named.unwrap_or_default())
}

#[test]
fn an_option_that_a_command_does_not_have_is_named() {
    for call in [
        "edgewrit keys drop -Sabc --dta ./data",
        "edgewrit keys drop --dta ./data -Sabc",
        "edgewrit keys drop abc --dta ./data",
        "edgewrit keys drop --dta ./data abc",
        "edgewrit keys drop --dta ./data",
        "edgewrit keys rotate --dta ./data writ",
        "edgewrit keys rotate --dta",
        "edgewrit revoke --dta",
        "edgewrit revoke all --dta ./data",
        "edgewrit client list --dta",
        "edgewrit audit tail --dta ./data",
        "edgewrit keys drop abc --dta=./data",
        "edgewrit --dta",
        "edgewrit keys --dta",
    ] {
        let (kind, named) = fault(call);
        assert_eq!(
            (kind, named.starts_with("--dta")),
            (ErrorKind::UnknownArgument, true),
            "{call}: {named}"
        );
    }
    let error = try_read("edgewrit keys drop -Sabc --dta ./data")
        .unwrap_err()
        .to_string();
    assert!(error.contains("a similar argument exists: '--data'"), "{error}");
    assert_eq!(
        fault("edgewrit keys drop -Sabc b --data d"),
        (ErrorKind::UnknownArgument, "b".to_owned())
    );
    assert_eq!(
        fault("edgewrit keys rotate -x"),
        (ErrorKind::UnknownArgument, "-x".to_owned())
    );
}

#[test]
fn a_missing_value_is_named() {
    let data = (ErrorKind::InvalidValue, "--data <DIR>".to_owned());
    for call in [
        "edgewrit keys drop --data",
        "edgewrit keys drop abc --data",
        "edgewrit keys drop -Sabc --data",
        "edgewrit client list --data --json",
        "edgewrit keys drop --data -- -Sabc",
        "edgewrit task show -t --data --client c",
    ] {
        assert_eq!(fault(call), data, "{call}");
    }
    let (kind, named) = fault("edgewrit keys drop --data d");
    assert_eq!((kind, named.as_str()), (ErrorKind::MissingRequiredArgument, "<KID>"));
    let (kind, named) = fault("edgewrit client rotate c --data d --overlap --json");
    assert_eq!((kind, named.as_str()), (ErrorKind::InvalidValue, "--overlap <SECONDS>"));
}

#[test]
fn a_word_that_is_an_option_is_that_option_unless_it_is_marked_as_a_value() {
    let read = read("edgewrit task show --data d -- --json");
    assert_eq!(texts(&read, "task_id"), ["--json"]);
    let read = self::read("edgewrit task show t --data d --client=--json");
    assert_eq!(texts(&read, "client"), ["--json"]);
    assert!(!read.get_flag("json"));
}

#[test]
fn a_task_may_be_called_help() {
    for call in [
        "edgewrit task show --help --data d",
        "edgewrit task show --data d --help",
        "edgewrit task show --json --help --data d",
        "edgewrit task show --data d -- --help",
    ] {
        assert_eq!(texts(&read(call), "task_id"), ["--help"], "{call}");
    }
    for call in [
        "edgewrit task show -h",
        "edgewrit task show t --help",
        "edgewrit task show --help t",
        "edgewrit task show --help --help",
        "edgewrit help task show",
        "edgewrit client add --help",
        "edgewrit edge rotate --help",
        "edgewrit lint --help",
        "edgewrit task --help",
        "edgewrit --help",
    ] {
        assert_eq!(fault(call).0, ErrorKind::DisplayHelp, "{call}");
    }
}

#[test]
fn a_mistyped_option_is_no_value() {
    for (call, meant) in [
        ("edgewrit backup --dta --data ./data", "--data"),
        ("edgewrit backup --grup-readable --data ./data", "--group-readable"),
        ("edgewrit lint a.yaml --jsno", "--json"),
    ] {
        let error = try_read(call).unwrap_err().to_string();
        assert!(error.contains(meant), "`{call}`: {error}");
    }
    assert!(try_read("edgewrit lint -- --jsno").is_ok());
}
