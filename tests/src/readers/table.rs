//! Every reader that has to take part, and the programs that they run in. One that is missing is a
//! failure.

use anyhow::{Context as _, Result, ensure};
use std::path::PathBuf;
use std::process::Command;

/// A program that holds readers.
#[derive(Debug)]
pub(super) struct ReaderProgram {
    pub(super) name: &'static str,
    pub(super) readers: &'static [ReaderProfile],
    /// The command line of the program.
    pub(super) command: fn(&ReaderPlaces) -> Command,
}

/// A reader, and what has to be known of it to compare values.
#[derive(Debug)]
pub(super) struct ReaderProfile {
    pub(super) name: &'static str,
    pub(super) names: BracketNames,
    pub(super) repeated: Repeated,
}

/// The meaning of brackets in a name of the query or of a form for a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BracketNames {
    /// Characters: `filter[owner]` is a name.
    Flat,
    /// Structure: `filter[owner]` is the member `owner` of `filter`, and `ids[]` the list `ids`.
    Nested,
}

/// The result of a reader for a name without brackets that comes several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeated {
    /// All its values.
    All,
    /// The last value.
    Last,
}

const fn flat(name: &'static str) -> ReaderProfile {
    let (names, repeated) = (BracketNames::Flat, Repeated::All);
    ReaderProfile { name, names, repeated }
}

const fn nested(name: &'static str, repeated: Repeated) -> ReaderProfile {
    let names = BracketNames::Nested;
    ReaderProfile { name, names, repeated }
}

pub(super) const PROGRAMS: [ReaderProgram; 4] = [
    ReaderProgram {
        name: "node",
        readers: &[
            nested("express4", Repeated::All),
            flat("express5"),
            nested("express5_extended", Repeated::All),
            nested("qs", Repeated::All),
            flat("querystring"),
            flat("url"),
            nested("php", Repeated::Last),
        ],
        command: |places| {
            let mut node = Command::new("node");
            node.arg(places.script("node/reader.mjs"))
                .arg(places.installed("readers-npm"))
                .arg(places.routes());
            node
        },
    },
    ReaderProgram {
        name: "python",
        readers: &[flat("werkzeug"), flat("starlette"), flat("python")],
        command: |places| {
            let mut python = Command::new("python3");
            // Nothing of what else is installed for this Python, and nothing written beside the
            // scripts.
            python
                .args(["-s", "-B"])
                .arg(places.script("python/reader.py"))
                .arg(places.routes())
                .env("PYTHONPATH", places.installed("readers-python"));
            python
        },
    },
    ReaderProgram {
        name: "go",
        readers: &[flat("go"), flat("go_struct")],
        command: |places| {
            let mut go = Command::new(places.installed("readers-go").join("reader"));
            go.arg(places.routes());
            go
        },
    },
    ReaderProgram {
        name: "ruby",
        readers: &[nested("rack", Repeated::Last)],
        command: |places| {
            let mut ruby = Command::new(places.installed("readers-ruby").join("ruby"));
            ruby.arg(places.script("ruby/reader.rb"));
            ruby
        },
    },
];

/// The folders of programs and their packages.
#[derive(Debug)]
pub(super) struct ReaderPlaces {
    installed: PathBuf,
    scripts: PathBuf,
}

impl ReaderPlaces {
    /// The places in this repository.
    pub(super) fn find() -> Result<Self> {
        let scripts = crate::tools::repository().join("tests/readers");
        let installed = crate::tools::readers()?;
        ensure!(scripts.is_dir(), "`{}` is missing", scripts.display());
        Ok(Self { installed, scripts })
    }

    fn script(&self, name: &str) -> PathBuf {
        self.scripts.join(name)
    }

    fn installed(&self, name: &str) -> PathBuf {
        self.installed.join(name)
    }

    /// The routes of the upstream of the test. The edge's table leaves some of them out.
    fn routes(&self) -> PathBuf {
        self.script("routes.json")
    }
}

/// The reader called `name`.
pub(super) fn reader(name: &str) -> Result<&'static ReaderProfile> {
    let mut all = PROGRAMS.iter().flat_map(|program| program.readers);
    all.find(|reader| reader.name == name)
        .with_context(|| format!("no reader `{name}` in the table"))
}
