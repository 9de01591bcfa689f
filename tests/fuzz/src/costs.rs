//! Targets for the costs of readers: a piece of each input is repeated, and then four times as
//! often.

use crate::FuzzTarget;
use edgewrit_edge::config::Config;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json;
use edgewrit_shared::json::document::{Faults, Node};
use edgewrit_test_costs::{is_within, measured_on_thread};
use edgewrit_yaml as yaml;
use std::str;

const VALUES: usize = 1_000_000;
/// Bytes of the shorter input, about.
const LENGTH: usize = 32 * 1024;
/// The factor between the longer and the shorter input.
const LONGER: usize = 4;
/// How many times more bytes a reader may ask for to read the longer input, and bytes besides. A
/// vector that doubles its room asks for 2 to 4 bytes for each byte that it holds in the end, so a
/// reader in line with its input asks for up to 8 times more, and one that is quadratic for 16
/// times.
const GROWTH: usize = 10;
const SLACK_BYTES: usize = 64 * 1024;
/// Longest answer, in bytes.
const ANSWER: usize = 64 * 1024;

/// The input, with the piece between the first two `\x01` repeated `times` times.
fn repeat_piece(data: &[u8], times: usize) -> Option<String> {
    let mut parts = str::from_utf8(data).ok()?.splitn(3, '\u{1}');
    let (before, piece, behind) = (parts.next()?, parts.next()?, parts.next()?);
    let times = times * (LENGTH / piece.len().max(1));
    Some([before, &piece.repeat(times), behind].concat())
}

/// Reads the input, and one that is [`LONGER`]. `read` returns the length of its answer.
fn assert_linear_cost(data: &[u8], read: fn(&str) -> usize) {
    let (Some(input), Some(longer)) = (repeat_piece(data, 1), repeat_piece(data, LONGER)) else {
        return;
    };
    let [first, last] = [&input, &longer].map(|input| {
        let (cost, answer) = measured_on_thread(|| read(input));
        assert!(is_within(cost.peak, input.len()), "{} bytes cost {cost:?}", input.len());
        assert!(answer <= ANSWER, "{} bytes are answered by {answer}", input.len());
        cost
    });
    assert!(
        last.allocated <= first.allocated * GROWTH + SLACK_BYTES,
        "{} bytes cost {first:?}, {} cost {last:?}",
        input.len(),
        longer.len()
    );
}

fn read_config(text: &str) -> usize {
    let read = Config::read(text, &|_| None);
    read.map_or_else(|faults| faults.lines().map(|line| line.len()).sum(), |_| 0)
}

fn read_grant(text: &str) -> usize {
    let Ok(json) = json::parse(text.as_bytes(), VALUES) else {
        return 0;
    };
    let faults = Faults::new();
    let _grant = Grant::read(&Node::root(&json, &faults));
    faults.into_list().lines().map(|line| line.len()).sum()
}

fn read_json(text: &str) -> usize {
    json::parse(text.as_bytes(), VALUES).map_or_else(|error| error.to_string().len(), |_| 0)
}

fn read_yaml(text: &str) -> usize {
    let read = yaml::read(text, VALUES);
    read.map_or_else(|faults| faults.lines().map(|line| line.len()).sum(), |_| 0)
}

pub(crate) const COST_OF_CONFIG: FuzzTarget = FuzzTarget {
    name: "cost_of_config",
    fuzz: |data| assert_linear_cost(data, read_config),
    seeds: &[
        "{\u{1}\u{1}}",
        "{\"operations\":[\u{1}{\"x\":1},\u{1}{}],\"upstreams\":{}}",
        "{\"upstreams\":{\"\u{1}a\u{1}\":{\"x\":1}}}",
        "{\"trust\":[\u{1}7,\u{1}7]}",
    ],
};

pub(crate) const COST_OF_GRANT: FuzzTarget = FuzzTarget {
    name: "cost_of_grant",
    fuzz: |data| assert_linear_cost(data, read_grant),
    seeds: &[
        "{\"type\":\"writ\",\"actions\":[\u{1}\"a\",\u{1}7],\"resources\":[]}",
        "{\"rules\":{\"\u{1}a\u{1}\":{\"x\":1,\"y\":2}}}",
        "{\"rules\":{\"p\":{\"in\":[\u{1}1,\u{1}2]}}}",
    ],
};

pub(crate) const COST_OF_JSON: FuzzTarget = FuzzTarget {
    name: "cost_of_json",
    fuzz: |data| assert_linear_cost(data, read_json),
    seeds: &[
        "[\u{1}[],\u{1}1]",
        "[\u{1}[0],\u{1}1]",
        "[\u{1}{\"\":0},\u{1}1]",
        "{\"\u{1}a\u{1}\":1}",
        "\u{1}[\u{1}",
    ],
};

pub(crate) const COST_OF_YAML: FuzzTarget = FuzzTarget {
    name: "cost_of_yaml",
    fuzz: |data| assert_linear_cost(data, read_yaml),
    seeds: &[
        "a:\n\u{1}- no\n\u{1}- b\n",
        "\u{1}? \u{1}x\n",
        "\u{1}a: no\n\u{1}b: 1\n",
        "[\u{1}0,\u{1}0]",
        "a: [\u{1}x: 0,\u{1}0]",
        "a: [\u{1}:,\u{1}0]",
        "a: [\u{1}? a,\u{1}0]",
        "{\u{1}a: [0],\u{1}b: 1}",
    ],
};
