//! `edgewrit lint`.
//!
//! Each file is looked at grant by grant ([`each_grant`]), then the grants of each audience two by
//! two ([`pairs`]), and at last policies and ceilings together ([`across_files`]). `docs/lint.md`
//! says of every code why it matters.

use crate::input::moment;
use crate::output::failure::Failure;
use crate::output::streams::{print_json, print_lines};
use clap::Args;
use edgewrit_issuer::clock::{Clock, Moment};
use edgewrit_shared::time::UnixSeconds;
use serde_json::Value;
use std::path::PathBuf;

mod across_files;
mod each_grant;
mod finding;
mod pairs;
mod patterns;
mod source;
mod values;
mod verbs;

use finding::{GrantCode, GrantFinding};
use source::Source;

const EXAMPLES: &str = "\
Files are task policies (as `edgewrit mint` takes) or ceilings (as `edgewrit client add` takes), told apart by what
stands in them. Each finding is two lines, what is doubtful and what to do:

  task.yaml:11:9: /audiences/https:~1~1travel.example/grants/1: uncounted-overlap: its 1 use is never counted: …
      limit the uses of both, or leave one out

Policies and ceilings together are also held against each other. The exit code is 1 if anything was found and 2 if a file could not be
read. The codes are explained in docs/lint.md.

Examples:
  edgewrit lint task.yaml
  edgewrit lint --json policies/a.yaml policies/b.yaml ceiling.yaml
  edgewrit lint --allow unneeded --allow star-stops --now 2026-05-10T12:00:00Z task.yaml ceiling.yaml";

/// The exit code if a file could not be read: as that of wrong usage.
const UNREADABLE: u8 = 2;

/// Say what is doubtful about policies and ceilings
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Lint {
    /// Policies and ceilings, YAML or JSON
    #[arg(required = true, value_name = "POLICY")]
    files: Vec<PathBuf>,
    /// Do not report this code
    #[arg(long, value_name = "CODE")]
    allow: Vec<GrantCode>,
    /// Take this for the time: seconds since 1970, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    now: Option<UnixSeconds>,
    /// Print the findings as a JSON array
    #[arg(long)]
    json: bool,
}

impl Lint {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let now = self.now.map_or_else(|| Clock::system().now(), at);
        let (mut sources, mut unreadable) = (Vec::new(), Vec::new());
        for file in &self.files {
            match Source::open(file) {
                Ok(source) => sources.push(source),
                Err(failure) => unreadable.push(failure),
            }
        }
        let mut found: Vec<_> = find_all(&sources, now)
            .into_iter()
            .filter(|(_, finding)| !self.allow.contains(&finding.code))
            .collect();
        found.sort_by_key(|(source, finding)| (*source, sources.get(*source).and_then(|own| own.position(finding))));
        let shown = found
            .iter()
            .filter_map(|(at, finding)| Some((sources.get(*at)?, finding)));
        if self.json {
            let all: Vec<Value> = shown
                .map(|(source, finding)| finding.to_json(&source.document))
                .collect();
            print_json(format!("{:#}", Value::from(all)))?;
        } else {
            for (source, finding) in shown {
                print_lines(finding.to_text(&source.document))?;
            }
        }
        match (unreadable.is_empty(), found.is_empty()) {
            (false, _) => Err(unreadable.into_iter().collect::<Failure>().with_code(UNREADABLE)),
            (true, false) => Err(Failure::already_printed()),
            (true, true) => Ok(()),
        }
    }
}

fn at(UnixSeconds(seconds): UnixSeconds) -> Moment {
    Moment {
        millis: seconds.saturating_mul(1_000),
    }
}

/// All findings, each with the index of its source.
fn find_all(sources: &[Source], now: Moment) -> Vec<(usize, GrantFinding)> {
    let mut found = across_files::find_all(sources, now);
    for (index, source) in sources.iter().enumerate() {
        let own = each_grant::find_all(source, now);
        let pairs = source
            .groups()
            .into_iter()
            .flat_map(|group| pairs::find_all(source, &group));
        found.extend(own.into_iter().chain(pairs).map(|finding| (index, finding)));
    }
    found
}
