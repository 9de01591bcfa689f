//! Filters that come and go, an issuer, and a host that refuses single calls: long sequences of
//! whole acts.

use crate::records::FilterRecords;
use crate::simulated::{SharedData, SimulatedHost, config};
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::call::{Call, OwnedAnswer};
use edgewrit_shared::edge_api::boot;
use edgewrit_shared::time::UnixSeconds;
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

const EDGE: u64 = 9;
const FILTERS: usize = 3;
static CONFIG: LazyLock<Arc<Config>> = LazyLock::new(config);

/// An act of one filter, of its issuer, of the host, or of the clock.
#[derive(Clone, Copy, Debug)]
enum FilterAct {
    Keep(usize),
    Tick(usize),
    Call(usize),
    /// The issuer answers the oldest call of the filter, or the call fails.
    Answer(usize, bool),
    Release(usize),
    /// The filter is gone without a release.
    Lose(usize),
    Pass(u64),
    /// The host refuses one call about shared data, after so many others.
    RefuseAfter(u32),
}

fn acts() -> impl Strategy<Value = Vec<FilterAct>> {
    let filter = 0..FILTERS;
    let answer = (filter.clone(), prop::bool::weighted(0.8));
    let act = prop_oneof![
        6 => filter.clone().prop_map(FilterAct::Keep),
        3 => filter.clone().prop_map(FilterAct::Tick),
        4 => filter.clone().prop_map(FilterAct::Call),
        5 => answer.prop_map(|(filter, answers)| FilterAct::Answer(filter, answers)),
        1 => filter.clone().prop_map(FilterAct::Release),
        1 => filter.prop_map(FilterAct::Lose),
        3 => (1_u64..8).prop_map(FilterAct::Pass),
        3 => (0_u32..8).prop_map(FilterAct::RefuseAfter),
    ];
    prop::collection::vec(act, 0..120)
}

/// One filter, and its calls that have no answer yet.
struct ModelFilter<'h, 'd> {
    records: FilterRecords<&'h SimulatedHost<'d>>,
    calls: Vec<(u32, Call)>,
}

struct FilterModel<'h, 'd> {
    host: &'h SimulatedHost<'d>,
    filters: Vec<ModelFilter<'h, 'd>>,
    owners: u64,
    boots: u64,
    /// The records that the issuer has, by boot id and number.
    recorded: BTreeMap<(String, u64), String>,
    kept: Vec<String>,
    now: UnixSeconds,
}

impl<'h, 'd> FilterModel<'h, 'd> {
    fn new(host: &'h SimulatedHost<'d>) -> Self {
        let mut model = Self {
            host,
            filters: Vec::new(),
            owners: 0,
            boots: 0,
            recorded: BTreeMap::new(),
            kept: Vec::new(),
            now: host.now.get(),
        };
        for _ in 0..FILTERS {
            let fresh = model.fresh_filter();
            model.filters.push(fresh);
        }
        model
    }

    fn fresh_filter(&mut self) -> ModelFilter<'h, 'd> {
        self.owners += 2;
        ModelFilter {
            records: FilterRecords::new(self.host, EDGE, self.owners),
            calls: Vec::new(),
        }
    }

    fn act(&mut self, act: FilterAct) {
        let now = self.now;
        match act {
            FilterAct::Keep(filter) => {
                let line = format!("{{{}}}", self.kept.len());
                if self.filters[filter].records.keep(&line, now) {
                    self.kept.push(line);
                }
            }
            FilterAct::Tick(filter) => self.filters[filter].records.tick(now),
            FilterAct::Call(filter) => {
                let ModelFilter { records, calls } = &mut self.filters[filter];
                calls.extend(records.next_calls(&CONFIG, now));
            }
            FilterAct::Answer(filter, answers) => self.answer(filter, answers),
            FilterAct::Release(filter) => self.replace(filter).records.release(),
            FilterAct::Lose(filter) => drop(self.replace(filter)),
            FilterAct::Pass(seconds) => self.now = now.plus(seconds),
            FilterAct::RefuseAfter(calls) => self.host.refuses_after.set(Some(calls)),
        }
    }

    fn replace(&mut self, filter: usize) -> ModelFilter<'h, 'd> {
        let fresh = self.fresh_filter();
        std::mem::replace(&mut self.filters[filter], fresh)
    }

    fn answer(&mut self, filter: usize, answers: bool) {
        if self.filters[filter].calls.is_empty() {
            return;
        }
        let (id, call) = self.filters[filter].calls.remove(0);
        let owned_answer = match answers {
            true => self.receive_call(&call),
            false => OwnedAnswer::failed(),
        };
        let records = &mut self.filters[filter].records;
        records.receive_answer(id, owned_answer.as_answer(), self.now);
    }

    /// The issuer handles a call. It skips numbers that it has seen under the same boot id.
    fn receive_call(&mut self, call: &Call) -> OwnedAnswer {
        if call.path == boot::PATH {
            self.boots += 1;
            let boot_id = format!("boot-{}", self.boots);
            return OwnedAnswer::new(201, boot::write_answer(&boot_id).into_bytes());
        }
        let body = str::from_utf8(&call.body).unwrap();
        let (boot, rest) = body.split_once(r#","first":"#).unwrap();
        let (first, lines) = rest.split_once(r#","records":["#).unwrap();
        let first: u64 = first.parse().unwrap();
        for (number, line) in (first..).zip(lines.trim_end_matches("]}").split(',')) {
            let held = self.recorded.entry((boot.to_owned(), number));
            assert_eq!(held.or_insert_with(|| line.to_owned()), line, "{boot} {number}");
        }
        OwnedAnswer::new(200, b"{}".to_vec())
    }

    /// All filters are lost but one, which delivers the records that are left.
    fn deliver_all(&mut self) {
        self.host.refuses_after.set(None);
        for filter in 1..FILTERS {
            self.act(FilterAct::Lose(filter));
        }
        for _ in 0..40 {
            self.act(FilterAct::Pass(6));
            self.act(FilterAct::Tick(0));
            self.act(FilterAct::Call(0));
            while !self.filters[0].calls.is_empty() {
                self.act(FilterAct::Answer(0, true));
            }
        }
    }
}

proptest! {
    /// The issuer has each record that a filter has kept, and has it once.
    #[test]
    fn each_kept_record_reaches_the_issuer_once(acts in acts()) {
        let data = RefCell::new(SharedData::default());
        let host = SimulatedHost::new(&data, UnixSeconds(1_000));
        let mut model = FilterModel::new(&host);
        for act in acts {
            model.act(act);
        }
        model.deliver_all();
        for line in &model.kept {
            let times = model.recorded.values().filter(|recorded| *recorded == line).count();
            prop_assert_eq!(times, 1, "{}", line);
        }
    }
}
