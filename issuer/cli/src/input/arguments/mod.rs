//! Values that begin with `-`. Ids of keys are base64url, so that one in 64 of them begins so, and
//! names and files may.
//!
//! Clap takes such a value only if the argument allows it, and then takes every option that follows
//! for a value as well. So the words are spelled here, before clap reads them, in the two ways that
//! clap never mistakes: `--option=-value`, and `--` before the first positional value.

use clap::{Arg, Command};
use edgewrit_issuer::verify::Seen;
use edgewrit_shared::time::UnixSeconds;
use std::any::TypeId;
use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, SocketAddr};

/// The words of a command line, as clap must have them to take values that begin with `-`.
///
/// A word that is an option of the command is that option, and a word that is like one is a
/// mistyped option. Where it is meant as a value, it is written `--option=--json`, or behind `--`.
pub(crate) fn escape_values(mut root: Command, words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    root.build();
    let mut words = words.into_iter();
    let mut escaped: Vec<_> = words.next().into_iter().collect();
    let mut command = &root;
    while command.has_subcommands() {
        let Some(word) = words.next() else { return escaped };
        let found = command
            .find_subcommand(&word)
            .filter(|found| found.get_name() != "help");
        escaped.push(word);
        let Some(found) = found else {
            escaped.extend(words);
            return escaped;
        };
        command = found;
    }
    escaped.extend(CommandLine::read(command, words).escape(command));
    escaped
}

/// The words that follow the name of a command.
#[derive(Default)]
struct CommandLine {
    /// All of them in the order in which they were typed, with values joined to their options.
    typed: Vec<OsString>,
    /// The words that are options.
    options: Vec<OsString>,
    /// The other words.
    others: Vec<OtherWord>,
}

/// A word that is neither an option of the command nor the value of one.
struct OtherWord {
    word: OsString,
    /// Whether it is either a value or an option that the command does not have.
    is_doubtful: bool,
}

impl CommandLine {
    fn read(command: &Command, words: impl Iterator<Item = OsString>) -> Self {
        let mut read = Self::default();
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            if word == "--" {
                read.typed.push(word);
                words.for_each(|word| read.push_other(word, false));
                break;
            }
            match find_option(command, &word) {
                _ if read.is_named_help(command, &word) => read.push_other(word, true),
                None => {
                    let is_doubtful = begins_with_hyphen(&word);
                    read.push_other(word, is_doubtful);
                }
                Some(FoundOption { arg, has_value }) => {
                    let takes_next = arg.get_action().takes_values() && !has_value;
                    let next = takes_next.then(|| words.next_if(|next| is_value_of(command, arg, next)));
                    read.push_option(word, next.flatten());
                }
            }
        }
        read
    }

    /// Whether `word` is `--help` where the command still lacks a name, and any name may stand.
    fn is_named_help(&self, command: &Command, word: &OsStr) -> bool {
        word == "--help" && command.is_disable_help_flag_set() && self.others.is_empty()
    }

    fn push_option(&mut self, mut option: OsString, value: Option<OsString>) {
        let is_long = option.as_encoded_bytes().starts_with(b"--");
        let mut words = Vec::new();
        match value {
            Some(value) if begins_with_hyphen(&value) => {
                option.push(if is_long { "=" } else { "" });
                option.push(value);
                words.push(option);
            }
            value => words.extend([option].into_iter().chain(value)),
        }
        self.typed.extend(words.iter().cloned());
        self.options.append(&mut words);
    }

    fn push_other(&mut self, word: OsString, is_doubtful: bool) {
        self.typed.push(word.clone());
        self.others.push(OtherWord { word, is_doubtful });
    }

    /// The words with `--` before the values, if one of these begins with `-`.
    fn escape(self, command: &Command) -> Vec<OsString> {
        let Self {
            typed,
            mut options,
            others,
        } = self;
        // Of more words than the command has room for, those that look most like options are some.
        let fits = others
            .len()
            .checked_sub(1)
            .is_none_or(|last| find_positional(command, last).is_some());
        let (mut values, mut is_needed) = (Vec::new(), false);
        for OtherWord { word, is_doubtful } in others {
            let is_long = word.as_encoded_bytes().starts_with(b"--");
            let carries_text = find_positional(command, values.len()).is_some_and(carries_text);
            if is_doubtful && (is_mistyped_option(command, &word) || !(carries_text && (fits || !is_long))) {
                options.push(word);
            } else {
                is_needed |= is_doubtful;
                values.push(word);
            }
        }
        if !is_needed {
            return typed;
        }
        options.push("--".into());
        options.extend(values);
        options
    }
}

/// An option of a command, found by a word.
struct FoundOption<'c> {
    arg: &'c Arg,
    /// Whether the word has the option's value as well.
    has_value: bool,
}

fn find_option<'c>(command: &'c Command, word: &OsStr) -> Option<FoundOption<'c>> {
    let mut args = command.get_arguments();
    if let Some(long) = word.as_encoded_bytes().strip_prefix(b"--") {
        let name = long.split(|byte| *byte == b'=').next()?;
        let is_named = |arg: &&Arg| {
            let aliases = arg.get_all_aliases().unwrap_or_default();
            let mut names = arg.get_long().into_iter().chain(aliases);
            names.any(|own| own.as_bytes() == name)
        };
        let has_value = name.len() < long.len();
        return args.find(is_named).map(|arg| FoundOption { arg, has_value });
    }
    let [b'-', letter, rest @ ..] = word.as_encoded_bytes() else {
        return None;
    };
    let arg = args.find(|arg| arg.get_short() == Some(char::from(*letter)))?;
    let has_value = !rest.is_empty();
    // A word that begins with the letter of a flag and is longer can be the id of a key.
    (arg.get_action().takes_values() || !has_value).then_some(FoundOption { arg, has_value })
}

/// Least similarity of a word and an option, from 0 to 1 (Jaro), for the word to be a mistyped
/// option.
const ALIKE: f64 = 0.8;

/// Whether `word` is so much like an option of the command that it is hardly meant as a value.
fn is_mistyped_option(command: &Command, word: &OsStr) -> bool {
    let Some(name) = word.to_str().and_then(|word| word.strip_prefix("--")) else {
        return false;
    };
    let name = name.split('=').next().unwrap_or(name);
    let mut names = command.get_arguments().filter_map(Arg::get_long);
    names.any(|own| own != name && strsim::jaro(own, name) > ALIKE)
}

/// The positional argument that takes the value at `index`.
fn find_positional(command: &Command, index: usize) -> Option<&Arg> {
    let mut end = 0_usize;
    command.get_positionals().find(|arg| {
        let most = arg.get_num_args().map_or(1, |range| range.max_values());
        end = end.saturating_add(most);
        index < end
    })
}

/// Whether `next`, which follows the option `arg`, is its value.
fn is_value_of(command: &Command, arg: &Arg, next: &OsStr) -> bool {
    // A letter and more behind one hyphen is rather an id than an option with its value.
    let is_option = |found: FoundOption<'_>| !found.has_value || next.as_encoded_bytes().starts_with(b"--");
    let is_free = next != "--" && !find_option(command, next).is_some_and(is_option);
    !begins_with_hyphen(next) || (carries_text(arg) && is_free)
}

fn begins_with_hyphen(word: &OsStr) -> bool {
    word.as_encoded_bytes().starts_with(b"-") && word != "-"
}

/// Whether the values of `arg` are ids, names, files, origins or tokens: no numbers, no addresses,
/// no times and none of a fixed list.
fn carries_text(arg: &Arg) -> bool {
    let others = [
        TypeId::of::<u64>(),
        TypeId::of::<IpAddr>(),
        TypeId::of::<SocketAddr>(),
        TypeId::of::<Seen>(),
        TypeId::of::<UnixSeconds>(),
    ];
    let is_other = others.iter().any(|other| arg.get_value_parser().type_id() == *other);
    arg.get_action().takes_values() && arg.get_possible_values().is_empty() && !is_other
}

#[cfg(test)]
mod tests;
