//! Owners that come and go, with a clock: long sequences of whole acts.

use crate::records::ring::RecordRing;
use crate::simulated::{SharedData, SimulatedHost};
use edgewrit_shared::time::UnixSeconds;
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

const EDGE: u64 = 9;
const OWNERS: usize = 3;

/// An act of one owner, or of the clock.
#[derive(Clone, Copy, Debug)]
enum Act {
    Keep(usize),
    Tick(usize),
    /// The issuer stores a load; the answer arrives unless the owner is lost first.
    Deliver(usize, bool),
    Release(usize),
    /// The VM is gone without a release.
    Lose(usize),
    Pass(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let owner = 0..OWNERS;
    let act = prop_oneof![
        4 => owner.clone().prop_map(Act::Keep),
        3 => owner.clone().prop_map(Act::Tick),
        3 => (owner.clone(), any::<bool>()).prop_map(|(owner, answered)| Act::Deliver(owner, answered)),
        1 => owner.clone().prop_map(Act::Release),
        1 => owner.prop_map(Act::Lose),
        2 => (1_u64..8).prop_map(Act::Pass),
    ];
    prop::collection::vec(act, 0..80)
}

type Ring<'h, 'd> = RecordRing<&'h SimulatedHost<'d>>;

/// One VM: its ring for new records, and the rings that it took over.
#[derive(Default)]
struct RingOwner<'h, 'd> {
    own: Option<Ring<'h, 'd>>,
    orphans: Vec<Ring<'h, 'd>>,
}

struct Model<'h, 'd> {
    host: &'h SimulatedHost<'d>,
    owners: Vec<(u64, RingOwner<'h, 'd>)>,
    next_owner: u64,
    /// The number of times that a kept record was removed as delivered.
    removed: BTreeMap<String, u64>,
    kept: u64,
    now: UnixSeconds,
}

impl<'h, 'd> Model<'h, 'd> {
    fn new(host: &'h SimulatedHost<'d>) -> Self {
        let mut model = Self {
            host,
            owners: Vec::new(),
            next_owner: 1,
            removed: BTreeMap::new(),
            kept: 0,
            now: host.now.get(),
        };
        for _ in 0..OWNERS {
            let fresh = model.fresh_owner();
            model.owners.push(fresh);
        }
        model
    }

    fn fresh_owner(&mut self) -> (u64, RingOwner<'h, 'd>) {
        self.next_owner += 1;
        (self.next_owner, RingOwner::default())
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Keep(owner) => self.keep(owner),
            Act::Tick(owner) => self.tick(owner),
            Act::Deliver(owner, answered) => self.deliver(owner, answered),
            Act::Release(owner) => {
                let (_, gone) = self.replace(owner);
                for ring in gone.own.into_iter().chain(gone.orphans) {
                    ring.release().unwrap();
                }
            }
            Act::Lose(owner) => drop(self.replace(owner)),
            Act::Pass(seconds) => self.now = self.now.plus(seconds),
        }
    }

    fn replace(&mut self, owner: usize) -> (u64, RingOwner<'h, 'd>) {
        let fresh = self.fresh_owner();
        std::mem::replace(&mut self.owners[owner], fresh)
    }

    fn keep(&mut self, owner: usize) {
        let (id, vm) = &mut self.owners[owner];
        let now = self.now;
        vm.own.take_if(|ring| ring.is_old(now) && !ring.renew(now).unwrap());
        if vm.own.is_none() {
            vm.own = RecordRing::claim(self.host, EDGE, *id, now).unwrap();
        }
        let line = format!("{{{}}}", self.kept);
        assert!(vm.own.as_mut().unwrap().add(&line).unwrap());
        self.kept += 1;
        self.removed.insert(line, 0);
    }

    fn tick(&mut self, owner: usize) {
        let (id, vm) = &mut self.owners[owner];
        let now = self.now;
        vm.own.take_if(|ring| !ring.renew(now).unwrap());
        vm.orphans.retain_mut(|ring| ring.renew(now).unwrap());
        vm.orphans
            .extend(RecordRing::take_orphans(self.host, EDGE, *id, now).unwrap());
    }

    fn deliver(&mut self, owner: usize, answered: bool) {
        let (_, vm) = &mut self.owners[owner];
        let now = self.now;
        vm.own.take_if(|ring| ring.is_old(now) && !ring.renew(now).unwrap());
        vm.orphans
            .retain_mut(|ring| !ring.is_old(now) || ring.renew(now).unwrap());
        for ring in vm.own.iter_mut().chain(&mut vm.orphans) {
            let Some(load) = ring.next_load().unwrap() else {
                continue;
            };
            if answered && ring.drop_load(&load).unwrap() {
                let body = load.batch.body("boot");
                let lines = body.split_once('[').unwrap().1.trim_end_matches("]}");
                for line in lines.split(',') {
                    *self.removed.get_mut(line).unwrap() += 1;
                }
            }
        }
    }
}

proptest! {
    /// Each record that was kept is removed once, by one owner, and only after a delivery.
    #[test]
    fn each_kept_record_is_removed_once(acts in acts()) {
        let data = RefCell::new(SharedData::default());
        let host = SimulatedHost::new(&data, UnixSeconds(1_000));
        let mut model = Model::new(&host);
        for act in acts {
            model.act(act);
            prop_assert!(model.removed.values().all(|count| *count <= 1));
        }
        // All VMs are lost but one, which finds what is left.
        for owner in 1..OWNERS {
            model.act(Act::Lose(owner));
        }
        model.act(Act::Pass(11));
        model.act(Act::Tick(0));
        for _ in 0..100 {
            model.act(Act::Deliver(0, true));
        }
        prop_assert!(model.removed.values().all(|count| *count == 1), "{:?}", model.removed);
    }
}
