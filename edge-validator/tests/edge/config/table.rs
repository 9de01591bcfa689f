//! The view of the operations.

use crate::harness;
use crate::request::operations::edge_of;
use edgewrit_edge::config::view::{Field, ParamLocation, ResourcePiece, Row};
use edgewrit_shared::grant::ParamType;

fn with_row<T>(name: &str, see: impl FnOnce(Row<'_>) -> T) -> T {
    let config = harness::config();
    see(config.operations().find(|row| row.name() == name).unwrap())
}

#[test]
fn operations_keep_their_order_and_spelling() {
    let config = harness::config();
    let names: Vec<_> = config.operations().map(|row| row.name()).collect();
    assert_eq!(names[..3], ["GET /flights", "POST /bookings", "POST /quotes"]);
}

#[test]
fn a_resource_is_text_and_captures() {
    with_row("GET /customers/{id}", |row| {
        assert_eq!(row.action(), "read");
        assert_eq!(
            row.resource().collect::<Vec<_>>(),
            [ResourcePiece::Text("data:customers/"), ResourcePiece::Capture("id")]
        );
        for separator in [':', '/', '\\'] {
            assert!(row.not_captured().contains(&separator));
        }
    });
    let edge = edge_of(
        r#"{"match":"GET /a/{id}","upstream":"open","action":"a","resource":"{id}"},
           {"match":"GET /b/{id}","upstream":"open","action":"a","resource":"{id}","colon":true}"#,
    );
    let colons: Vec<_> = edge
        .config
        .operations()
        .map(|row| row.not_captured().contains(&':'))
        .collect();
    assert_eq!(colons, [true, false]);
}

#[test]
fn a_parameter_has_its_type_and_its_place() {
    let field = |operation: &str, param: &str| {
        with_row(operation, |row| {
            let found = row.params().find(|field| field.name == param).unwrap();
            (found.value, found.optional, found.source)
        })
    };
    assert_eq!(
        field("GET /flights", "from"),
        (ParamType::Text, false, ParamLocation::Query)
    );
    assert_eq!(
        field("GET /flights", "stops"),
        (ParamType::Number, true, ParamLocation::Query)
    );
    assert_eq!(
        field("POST /bookings", "insured"),
        (ParamType::Bool, true, ParamLocation::Body)
    );
    assert_eq!(
        field("POST /bookings", "extras"),
        (ParamType::List, true, ParamLocation::Body)
    );
    assert_eq!(
        field("POST /bookings", "tags"),
        (ParamType::List, true, ParamLocation::Body)
    );
    assert_eq!(
        field("GET /reports", "tenant"),
        (ParamType::Text, false, ParamLocation::Header)
    );
    assert_eq!(
        field("GET /customers/{id}/orders/{order}", "customer"),
        (ParamType::Number, false, ParamLocation::Path)
    );
    with_row("HEAD /customers/{id}", |row| {
        assert_eq!(row.params().collect::<Vec<Field<'_>>>(), [])
    });
}
