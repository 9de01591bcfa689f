//! `edgewrit operations from-openapi`: what comes out, what is left out, and that the edge takes it.

use crate::support::{Ended, Place};

const LIBRARY: &str = include_str!("openapi/library.yaml");
const OPERATIONS: &str = include_str!("openapi/library.operations.yaml");

fn import(name: &str, text: &str) -> Ended {
    let place = Place::new();
    let file = place.file(name, text);
    place.run(&["operations", "from-openapi", &file])
}

/// A document of 3.0 with these paths.
fn document(paths: &str) -> String {
    format!(
        r#"{{"openapi": "3.0.3", "info": {{"title": "T", "version": "1"}}, "servers": [{{"url": "https://a.example"}}], "paths": {paths}}}"#
    )
}

/// Kind and place of every warning.
fn warnings(ended: &Ended) -> Vec<(String, String)> {
    let lines = ended.stderr.lines().filter(|line| line.starts_with("warning: "));
    let told = lines.map(|line| {
        let mut parts = line.split(": ").skip(2);
        let place = parts.next().unwrap().to_owned();
        (parts.next().unwrap().to_owned(), place)
    });
    told.collect()
}

#[test]
fn the_library_becomes_the_operations_beside_it() {
    let ended = import("library.yaml", LIBRARY);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, OPERATIONS);
}

#[test]
fn what_comes_out_is_taken() {
    let place = Place::new();
    let file = place.file("operations.yaml", &import("library.yaml", LIBRARY).stdout);
    let ended = place.run(&["operations", "check", &file]);
    assert_ne!(ended.status.code(), Some(2), "{}", ended.stderr);
    assert_eq!(
        ended
            .stdout
            .lines()
            .take_while(|line| !line.contains("operations.yaml"))
            .count(),
        7
    );
}

#[test]
fn every_kind_of_thing_that_is_left_out_is_said_with_its_place() {
    let found = warnings(&import("library.yaml", LIBRARY));
    for (kind, place) in [
        ("cookie", "/paths/~1books/parameters/1"),
        ("style", "/paths/~1books/get/parameters/1"),
        ("style", "/paths/~1books/get/parameters/4"),
        ("header", "/paths/~1books/get/parameters/6"),
        ("media-type", "/components/requestBodies/Book"),
        (
            "additional-properties",
            "/components/requestBodies/Book/content/application~1json/schema",
        ),
        ("null", "/components/schemas/Book/allOf/1/properties/price"),
        ("alternatives", "/components/schemas/Book/allOf/1/properties/extra"),
        ("untyped", "/components/schemas/Book/allOf/1/properties/anything"),
        ("name", "/components/schemas/Book/allOf/1/properties/0"),
        (
            "element-optional",
            "/components/schemas/Book/allOf/1/properties/chapters/items/properties/pages",
        ),
        (
            "list",
            "/components/schemas/Book/allOf/1/properties/chapters/items/properties/parts",
        ),
        ("depth", "/components/schemas/Person/properties/friend"),
        ("reference", "/components/schemas/Person/properties/loop"),
        ("partial-segment", "/paths/~1books~1{bookId}.pdf/put"),
        ("style", "/paths/~1books~1{id}~1loans~1{copy}/parameters/1"),
        ("optional-body", "/paths/~1books~1{id}~1loans~1{copy}/post/requestBody"),
        ("refused", "/paths/~1books~1{other}~1loans~1{copy}.json/post"),
        ("refused", "/paths/~1shelves~1#new/get"),
        ("refused", "/paths/~1index/trace"),
        ("reference", "/paths/~1index/get"),
    ] {
        assert!(
            found.contains(&(kind.into(), place.into())),
            "{kind} {place}: {found:#?}"
        );
    }
}

#[test]
fn json_is_read_as_yaml_is() {
    let text = document(
        r#"{"/x/{id}": {"get": {"operationId": "x", "parameters": [{"name": "q", "in": "query", "schema": {"type": "string", "nullable": true}}]}}}"#,
    );
    let ended = import("x.json", &text);
    assert!(
        ended
            .stdout
            .contains("  - match: \"GET /x/{id}\"\n    upstream: api\n    action: x\n    resource: \"x/{id}\"\n"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stderr.ends_with("1 operations, 0 left out; warnings: none\n"),
        "{}",
        ended.stderr
    );
}

#[test]
fn more_parameters_than_an_operation_has_are_left_out_from_the_end_and_the_needed_ones_last() {
    let param = |at: usize| {
        format!(
            r#"{{"name": "p{at}", "in": "query", "required": {}, "schema": {{"type": "string"}}}}"#,
            at == 69
        )
    };
    let params: Vec<_> = (0..70).map(param).collect();
    let ended = import(
        "x.json",
        &document(&format!(
            r#"{{"/x": {{"get": {{"parameters": [{}]}}}}}}"#,
            params.join(",")
        )),
    );
    assert_eq!(
        ended.stdout.matches("query.p").count(),
        64 + 6,
        "and those of the comment"
    );
    assert!(ended.stdout.contains("      p69: query.p69\n"));
    assert!(
        ended.stderr.contains("left out: `query.p63`, `query.p64`"),
        "{}",
        ended.stderr
    );
}

#[test]
fn nothing_comes_of_nothing() {
    for (text, wrong) in [
        (
            r#"{"swagger": "2.0"}"#,
            "/openapi: expected an OpenAPI document, 3.0 or 3.1",
        ),
        (
            r#"{"openapi": "3.2.0"}"#,
            "/openapi: expected an OpenAPI document, 3.0 or 3.1",
        ),
        (&*document("{}"), "/paths: no operation that an edge could judge"),
        (
            &*document(r#"{"/a#b": {"get": {}}}"#),
            "/paths: no operation that an edge could judge",
        ),
    ] {
        let ended = import("x.json", text);
        assert_eq!((ended.status.code(), &*ended.stdout), (Some(1), ""), "{text}");
        assert!(ended.stderr.contains(wrong), "{text}: {}", ended.stderr);
    }
}

#[test]
fn what_is_required_and_left_out_is_said_twice() {
    let body = |required: &str| {
        let schema = format!(
            r#"{{"type": "object", "required": [{required}], "properties": {{"a": {{"type": ["string", "integer"]}}, "b": {{"type": "string"}}}}}}"#
        );
        let text = format!(
            r#"{{"/a": {{"post": {{"requestBody": {{"required": true, "content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}}"#
        );
        let ended = import("x.json", &document(&text));
        assert!(ended.stdout.contains("      b: "), "{}", ended.stdout);
        assert!(!ended.stdout.contains("      a: "), "{}", ended.stdout);
        warnings(&ended).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>()
    };
    assert_eq!(body(r#""a""#), ["alternatives", "required"]);
    assert_eq!(body(r#""b""#), ["alternatives"]);
}

#[test]
fn documents_without_an_end_come_to_one() {
    let nested = r##""allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/A"}], "properties": {"a": {"$ref": "#/components/schemas/A"}, "b": {"type": "string"}}"##;
    let text = document(
        r##"{"/a": {"post": {"requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}}"##,
    );
    let text = text.replacen(
        "\"paths\"",
        &format!(r#""components": {{"schemas": {{"A": {{{nested}}}}}}}, "paths""#),
        1,
    );
    let ended = import("x.json", &text);
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stdout);
    assert!(
        ended.stderr.contains("schemas in schemas, without an end"),
        "{}",
        ended.stderr
    );
}

#[test]
fn of_many_warnings_the_first_are_printed_and_the_others_counted() {
    let cookie = r#"{"in": "cookie", "name": "c", "schema": {"type": "string"}}"#;
    let path = |index| format!(r#""/x{index}": {{"get": {{"parameters": [{cookie}]}}}}"#);
    let paths = (0..150).map(path).collect::<Vec<_>>().join(", ");
    let ended = import("x.json", &document(&format!("{{{paths}}}")));
    let said: Vec<_> = ended.stderr.lines().collect();
    let [warnings @ .., rest, last] = &said[..] else {
        panic!("{}", ended.stderr);
    };
    assert_eq!(warnings.len(), 100);
    for (index, warning) in warnings.iter().enumerate() {
        assert!(
            warning.contains(&format!("/paths/~1x{index}/get/parameters/0: cookie: ")),
            "{warning}"
        );
    }
    assert_eq!(
        (*rest, *last),
        (
            "warning: and 50 more",
            "150 operations, 0 left out; warnings: 150 cookie"
        )
    );
    // Each is still a comment.
    assert_eq!(ended.stdout.matches("# cookie: ").count(), 150, "{}", ended.stdout);
}
