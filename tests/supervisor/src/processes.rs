//! The processes of this machine, as `/proc` lists them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

/// A running process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// The process id.
    pub id: u32,
    /// The program and its arguments.
    pub command: String,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}: {}", self.id, self.command)
    }
}

/// All descendants of the process `ancestor` that run. Where there is no `/proc`: none.
#[must_use]
pub fn below(ancestor: u32) -> Vec<Process> {
    let parents = parents();
    let descends = |id: u32| {
        let mut next = parents.get(&id);
        // A chain has no circle, but two of its links may have been read at different times.
        for _ in 0..parents.len() {
            match next {
                Some(parent) if *parent == ancestor => return true,
                Some(parent) => next = parents.get(parent),
                None => return false,
            }
        }
        false
    };
    let ids = parents.keys().filter(|id| descends(**id));
    ids.map(|id| Process {
        id: *id,
        command: command(*id),
    })
    .collect()
}

/// The parent of each process that runs. A zombie has ended, and waits for its parent.
fn parents() -> BTreeMap<u32, u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // `1 (name) S 0 ..`: a name may contain spaces and brackets.
        let (_, after_name) = stat.rsplit_once(')')?;
        let mut fields = after_name.split_whitespace();
        let state = fields.next()?;
        let parent = fields.next()?.parse().ok()?;
        (state != "Z").then_some((id, parent))
    })
    .collect()
}

fn command(id: u32) -> String {
    let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let words = line.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    words.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}
