//! Files that people write.

use crate::{Target, with_text, yaml};
use edgewrit_shared::document::pointer_step;
use edgewrit_shared::json::{self, Json};

const VALUES: usize = 2_000;

pub(crate) const YAML: Target = Target {
    name: "yaml",
    fuzz: |data| {
        with_text(data, |text| match yaml::read(text, VALUES) {
            Ok((read, places)) => {
                assert!(places.contains_key(""), "the document has no place");
                placed(&read, "", &places);
                if let Ok(as_json) = json::parse(text.as_bytes(), VALUES) {
                    assert_eq!(as_json, read, "read otherwise than as JSON");
                }
            }
            Err(faults) => {
                assert!(!faults.is_empty(), "refused without a word");
                assert!(
                    faults.iter().all(|fault| fault.to_string().contains(": ")),
                    "{faults:?}"
                );
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

/// Every value in `json` has a place.
fn placed(json: &Json, pointer: &str, places: &yaml::Places) {
    assert!(places.contains_key(pointer), "no place of {pointer}");
    match json {
        Json::List(items) => {
            for (index, item) in items.iter().enumerate() {
                placed(item, &format!("{pointer}/{index}"), places);
            }
        }
        Json::Object(members) => {
            for (name, value) in members {
                placed(value, &format!("{pointer}/{}", pointer_step(name)), places);
            }
        }
        _ => {}
    }
}
