//! Targets for files that people write.

use crate::{FuzzTarget, with_text};
use edgewrit_shared::json::{self, Json};
use edgewrit_yaml as yaml;

const VALUES: usize = 2_000;

pub(crate) const YAML: FuzzTarget = FuzzTarget {
    name: "yaml",
    fuzz: |data| {
        with_text(data, |text| match yaml::read(text, VALUES) {
            Ok((read, places)) => {
                assert_places(&read, 0, &places);
                if let Ok(as_json) = json::parse(text.as_bytes(), VALUES) {
                    assert_eq!(as_json, read, "read otherwise than as JSON");
                }
            }
            Err(faults) => {
                assert!(!faults.is_empty(), "refused without a word");
                assert!(faults.lines().all(|line| line.contains(": ")), "{faults:?}");
            }
        });
    },
    seeds: &[
        "a: 1\nb: [x, 'y', \"z\"]\nc: {d: true, e: null}\n",
        "--- # only one\n- a: |\n    two\n    lines\n  b: >-\n    one\n    line\n...\n",
        "{\"json\": [1, 2.5, -1e3, \"\\u00e4\"], \"a/b\": {\"~\": 0}}",
        "&a [*a, !!str b, no, 2026-05-10, 0x1f, <<]",
    ],
};

/// Every value in `json`, which has this `index`, has a place.
fn assert_places(json: &Json, index: usize, places: &yaml::Places) {
    assert!(places.get(index).is_some(), "no place of value {index}");
    let within: Vec<_> = places.child_indices(index).collect();
    let values: Vec<&Json> = match json {
        Json::List(items) => items.iter().collect(),
        Json::Object(members) => members.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    assert_eq!(
        within.len(),
        values.len(),
        "value {index} is placed otherwise than read"
    );
    for (value, index) in values.into_iter().zip(within) {
        assert_places(value, index, places);
    }
}
