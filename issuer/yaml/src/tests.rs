use super::*;
use edgewrit_shared::json;

const VALUES: usize = 1_000;

fn as_json(yaml: &str) -> Json {
    read(yaml, VALUES)
        .map_err(|faults| faults.lines().collect::<Vec<_>>())
        .unwrap()
        .0
}

fn assert_reads_as(yaml: &str, text: &str) {
    assert_eq!(as_json(yaml), json::parse(text.as_bytes(), 1_000).unwrap(), "{yaml}");
}

fn faults(yaml: &str) -> Vec<String> {
    read(yaml, VALUES).unwrap_err().lines().collect()
}

#[test]
fn text_on_which_all_readers_agree_is_accepted() {
    assert_reads_as(
        "a: 1\nb: [x, 'y', \"z\"]\nc: {d: true, e: null}\n",
        r#"{"a":1,"b":["x","y","z"],"c":{"d":true,"e":null}}"#,
    );
    assert_reads_as(
        "- a\n- b: c\n  d: |\n    two\n    lines\n",
        r#"["a",{"b":"c","d":"two\nlines\n"}]"#,
    );
    assert_reads_as("--- # only one\na: b\n...\n", r#"{"a":"b"}"#);
    assert_reads_as(
        "{\"json\": [1, 2.5, -1e3, \"\\u00e4\"]}",
        r#"{"json":[1,2.5,-1e3,"ä"]}"#,
    );
    assert_reads_as("a:\nb: ~", r#"{"a":null,"b":null}"#);
    assert_reads_as("7", "7");
}

#[test]
fn numbers_are_those_of_json_and_exact() {
    assert_reads_as(
        "[0, -0, 10, 1.0, 1E+2, 12345678901234567890.5]",
        "[0,-0,10,1.0,1E+2,12345678901234567890.5]",
    );
    assert_ne!(as_json("12345678901234567890.5"), as_json("12345678901234567890.25"));
}

#[test]
fn text_that_only_looks_odd_is_text() {
    for text in [
        "nope",
        "JFK",
        "1h",
        "10m",
        "a:b",
        "read:data:*",
        "GET /flights",
        "v1.2.3",
        "1.2.3.4",
        "0xyz",
        "e5",
        "2026-05",
        "12-34",
    ] {
        assert_eq!(as_json(text), Json::Text(text.into()), "{text}");
    }
}

#[test]
fn text_on_which_readers_disagree_must_be_quoted() {
    let truths = ["yes", "Yes", "YES", "no", "No", "NO", "on", "off", "Off"];
    let dates = ["2026-05-10", "2026-5-1", "2026-05-10T12:00:00Z", "2026-05-10 12:00:00"];
    let numbers = [
        "0x1F", "0o7", "0b1", "012", "+1", "1_000", ".5", "5.", "1.e3", ".inf", "-.INF", ".nan", "12:30", "1:30:00",
        "01e5",
    ];
    for text in truths.iter().chain(&dates).chain(&numbers) {
        let found = faults(&format!("a: {text}"));
        assert_eq!(found.len(), 1, "{text}");
        assert!(found[0].starts_with("1:4: ") && found[0].contains(text), "{found:?}");
        assert_reads_as(&format!("a: '{text}'"), &format!("{{\"a\":\"{text}\"}}"));
    }
}

#[test]
fn names_are_text() {
    assert_reads_as("'no': 1\n\"7\": 2", r#"{"no":1,"7":2}"#);
    assert_eq!(faults("no: 1\n7: 2\n? [a]\n: 3").len(), 3);
    assert!(faults("7: 1")[0].starts_with("1:1: expected a name"));
    assert!(faults("<<: {a: 1}")[0].starts_with("1:1: "));
}

#[test]
fn anchors_aliases_and_tags_are_refused() {
    let found = faults("a: &x 1\nb: *x\nc: !!str 2\nd: !mine {e: 3}\n");
    let starts: Vec<_> = found
        .iter()
        .map(|fault| fault.rsplit_once(": ").unwrap().1.split(' ').next().unwrap())
        .collect();
    assert_eq!(starts, ["anchors", "aliases", "tags", "tags"]);
}

#[test]
fn a_repeated_name_is_refused_with_both_places() {
    assert_eq!(faults("a: 1\nb: 2\na: 3\n"), ["3:1: a second `a`, the first is at 1:1"]);
}

#[test]
fn all_faults_are_reported_together() {
    assert_eq!(faults("a: no\nb: [2026-01-01, 0x1]\na: 1\n").len(), 4);
}

#[test]
fn text_that_is_not_one_document_is_refused() {
    for yaml in [
        "",
        "# nothing\n",
        "a: 1\n---\nb: 2\n",
        "a: [1",
        "a: b: c",
        "{a: 1",
        "%YAML 1.2",
    ] {
        assert!(read(yaml, VALUES).is_err(), "{yaml:?}");
    }
}

#[test]
fn limits_of_values_and_depth_hold() {
    for (opening, closing) in [("[", "]"), ("- ", ""), ("{a: ", "}")] {
        let nested = |levels: usize| format!("{}x{}", opening.repeat(levels), closing.repeat(levels));
        assert!(read(&nested(32), VALUES).is_ok());
        assert!(faults(&nested(33))[0].ends_with("nested deeper than 32 levels"));
        assert_eq!(faults(&nested(100_000)).len(), 1);
    }
    let many = format!("[{}]", "1,".repeat(VALUES + 1));
    assert!(faults(&many)[0].contains("more values than the limit"));
}

#[test]
fn every_value_has_a_place() {
    let (_, places) = read("a:\n  - b/c: 1\n    d~: [x]\n", VALUES).unwrap();
    let at = |index: usize| places.get(index).unwrap().to_string();
    // The document, `/a`, `/a/0`, `/a/0/b~1c`, `/a/0/d~0`, `/a/0/d~0/0`.
    assert_eq!(
        (0..6).map(at).collect::<Vec<_>>(),
        ["1:1", "1:1", "2:5", "2:5", "3:5", "3:10"]
    );
    assert_eq!(places.get(6), None);
    let within = |index: usize| places.child_indices(index).collect::<Vec<_>>();
    assert_eq!(
        [within(0), within(1), within(2), within(3)],
        [vec![1], vec![2], vec![3, 4], vec![]]
    );
}

#[test]
fn the_parser_holds_a_limited_part_of_the_text() {
    let long = |count: usize| format!("[{}]", vec!["0"; count].join(", "));
    let limit = 10_000;
    assert!(read(&long(limit), 2 * limit).is_ok());
    let refused = |text: &str| read(text, 10 * limit).unwrap_err().lines().collect::<Vec<_>>();
    for text in [
        long(2 * limit),
        format!("- {}", long(2 * limit)),
        format!("a: [{}]", long(2 * limit)),
    ] {
        let faults = refused(&text);
        assert!(faults[0].contains("more than 16384 punctuation marks"), "{faults:?}");
    }
    // The value of a member is no name, so the parser holds none of it.
    assert!(read(&format!("a: {}", long(2 * limit)), 10 * limit).is_ok());
}

#[test]
fn a_long_text_may_hold_more_values_than_a_short_one() {
    let items = |count: usize| "- 0\n".repeat(count);
    assert!(read(&items(40_000), 1_000_000).is_ok());
    let faults = read(&items(100_000), 1_000_000).unwrap_err();
    assert!(
        faults
            .lines()
            .next()
            .unwrap()
            .contains("more values than the limit for a text of this length")
    );
    let wide = "- 'a longer value'\n".repeat(100_000);
    assert!(read(&wide, 1_000_000).is_ok());
}

#[test]
fn long_comments_and_long_texts_are_read() {
    let comments = "# left out: POST /a/{b}/c, (d), [e]: f\n".repeat(5_000);
    assert_reads_as(&format!("a: 1\n{comments}b: 2 {comments}"), r#"{"a":1,"b":2}"#);
    let lines = "  - a *list*, with `code` and [links](b).\n".repeat(3_000);
    assert!(read(&format!("a: |\n{lines}b: 1\n"), 10).is_ok());
}

#[test]
fn a_collection_has_exactly_the_marks_of_the_limit() {
    let brackets_and_commas = |marks: usize| format!("[{}]", "0,".repeat(marks - 2));
    assert!(read(&brackets_and_commas(16_384), 20_000).is_ok());
    assert!(read(&brackets_and_commas(16_385), 20_000).is_err());
}
