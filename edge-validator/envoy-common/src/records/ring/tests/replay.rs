//! All interleavings of programs over shared data.
//!
//! A program is a function of the answers of its host. So an interleaving needs no threads: to take
//! one step, the program runs again from its start with all earlier answers, makes one call more,
//! and is stopped at the call after that one.

use crate::host::{Host, HostFailure, LogLevel, Outgoing, SharedValue};
use crate::simulated::SharedData;
use edgewrit_shared::time::UnixSeconds;
use std::cell::RefCell;

/// The state that all programs share.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedWorld {
    pub(super) data: SharedData,
    /// The bodies that the issuer got, each with the program that sent it.
    pub(super) posts: Vec<(usize, String)>,
}

#[derive(Clone, Debug)]
enum HostAnswer {
    Value(Option<SharedValue>),
    Done(bool),
}

/// The host of one program.
#[derive(Debug)]
pub(super) struct ReplayHost<'w> {
    world: &'w RefCell<SharedWorld>,
    state: RefCell<ReplayState>,
    program: usize,
}

#[derive(Debug)]
struct ReplayState {
    /// The answers to the calls of earlier steps.
    answers: Vec<HostAnswer>,
    /// The number of calls in this run.
    calls: usize,
    /// The number of calls that this run may add to the earlier ones.
    fresh: usize,
}

impl ReplayHost<'_> {
    /// Answers a call. A call that is one too many for this step fails, and the result of the run
    /// is of no interest.
    fn answer(&self, act: impl FnOnce(&mut SharedWorld) -> HostAnswer) -> Result<HostAnswer, HostFailure> {
        let mut state = self.state.borrow_mut();
        let call = state.calls;
        state.calls += 1;
        if let Some(answer) = state.answers.get(call) {
            return Ok(answer.clone());
        }
        if state.fresh == 0 {
            return Err(HostFailure::unusable("the next step"));
        }
        state.fresh -= 1;
        let answer = act(&mut self.world.borrow_mut());
        state.answers.push(answer.clone());
        Ok(answer)
    }

    fn done(&self, act: impl FnOnce(&mut SharedWorld) -> bool) -> Result<bool, HostFailure> {
        match self.answer(|world| HostAnswer::Done(act(world)))? {
            HostAnswer::Done(done) => Ok(done),
            HostAnswer::Value(_) => panic!("the program is no function of its answers"),
        }
    }

    /// Sends `body` to the issuer. This is one call of the host.
    pub(super) fn post(&self, body: &str) -> Result<(), HostFailure> {
        self.done(|world| {
            world.posts.push((self.program, body.to_owned()));
            true
        })
        .map(drop)
    }
}

impl Host for &ReplayHost<'_> {
    fn now(self) -> Result<UnixSeconds, HostFailure> {
        Err(HostFailure::unusable("now"))
    }

    fn log(self, _level: LogLevel, _line: &str) {}

    fn log_threshold(self) -> Result<u32, HostFailure> {
        Ok(0)
    }

    fn read_shared(self, key: &str) -> Result<Option<SharedValue>, HostFailure> {
        match self.answer(|world| HostAnswer::Value(world.data.read(key)))? {
            HostAnswer::Value(value) => Ok(value),
            HostAnswer::Done(_) => panic!("the program is no function of its answers"),
        }
    }

    fn write_shared(self, key: &str, value: &[u8], version: Option<u32>) -> Result<bool, HostFailure> {
        self.done(|world| world.data.write(key, value, version))
    }

    fn create_shared(self, key: &str, value: &[u8]) -> Result<bool, HostFailure> {
        self.done(|world| world.data.create(key, value))
    }

    fn start_call(self, _outgoing: &Outgoing<'_>) -> Result<u32, HostFailure> {
        Err(HostFailure::unusable("call"))
    }

    fn count(self, _group: &'static str, _name: &'static str, _by: u64) {}

    fn change_gauge(self, _group: &'static str, _name: &'static str, _by: i64) {}

    fn set_gauge(self, _group: &'static str, _name: &'static str, _value: u64) {}
}

/// The act of one owner. It ends early if the host fails.
pub(super) type ReplayProgram<'p, T> = &'p dyn for<'h, 'w> Fn(&'h ReplayHost<'w>) -> Result<T, HostFailure>;

/// Calls `check` with the world and the results of both programs after each interleaving of their
/// calls. Returns the number of interleavings.
pub(super) fn interleave<T>(
    world: &SharedWorld,
    programs: [ReplayProgram<'_, T>; 2],
    check: &mut dyn FnMut(&SharedWorld, [&T; 2]),
) -> usize {
    explore(world, [Vec::new(), Vec::new()], [None, None], programs, check)
}

fn explore<T>(
    world: &SharedWorld,
    answers: [Vec<HostAnswer>; 2],
    results: [Option<&T>; 2],
    programs: [ReplayProgram<'_, T>; 2],
    check: &mut dyn FnMut(&SharedWorld, [&T; 2]),
) -> usize {
    if let [Some(one), Some(other)] = results {
        check(world, [one, other]);
        return 1;
    }
    let mut count = 0;
    for turn in 0..2 {
        if results[turn].is_some() {
            continue;
        }
        let after = RefCell::new(world.clone());
        let (own, result) = step(&after, turn, answers[turn].clone(), programs[turn]);
        let (mut answers, mut results) = (answers.clone(), results);
        answers[turn] = own;
        results[turn] = result.as_ref();
        count += explore(&after.borrow(), answers, results, programs, check);
    }
    count
}

/// Makes one more call of a program, and returns its result if it has no further call.
fn step<T>(
    world: &RefCell<SharedWorld>,
    turn: usize,
    answers: Vec<HostAnswer>,
    program: ReplayProgram<'_, T>,
) -> (Vec<HostAnswer>, Option<T>) {
    let host = ReplayHost {
        world,
        state: RefCell::new(ReplayState {
            answers,
            calls: 0,
            fresh: 1,
        }),
        program: turn,
    };
    let result = program(&host);
    let state = host.state.into_inner();
    let is_over = state.calls == state.answers.len();
    let result = is_over.then(|| result.unwrap());
    (state.answers, result)
}
