//! The description of the API: a file, a document that the upstream serves, or single operations.

use crate::input::document::Document;
use crate::issuer_client::http_agent::{EnvironmentProxy, new_agent};
use crate::output::failure::Failure;
use edgewrit_issuer::origin::Origin;
use edgewrit_shared::json::Json;
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use ureq::http::Response;
use ureq::{Agent, Body};

/// Where APIs usually serve their OpenAPI document: by convention, FastAPI, Spring and ASP.NET.
const PLACES: [&str; 5] = [
    "/openapi.json",
    "/openapi.yaml",
    "/swagger.json",
    "/v3/api-docs",
    "/swagger/v1/swagger.json",
];
/// Longest time of one request to the upstream.
const FETCH_TIME: Duration = Duration::from_secs(10);
/// Largest document that is fetched, in bytes.
const DOCUMENT_BYTES: u64 = 16 * 1024 * 1024;
/// The operation of an API that is not described.
const ONE_ROW: &str = "GET /{path}";
/// The methods of operations that the argument can name.
const METHODS: [&str; 7] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"];

/// The description of an API, and what the guide says of it.
pub(super) struct ApiDescription {
    pub(super) document: Document,
    /// Where the description is from, in words.
    pub(super) source: String,
    /// What the reader has to know of it.
    pub(super) remarks: Vec<String>,
}

/// Describes the API at `upstream`: by the file `openapi`, by single `operations`, or by the
/// document that the upstream serves.
///
/// # Errors
/// If the upstream cannot be reached, or if the description cannot be read.
pub(super) fn describe(
    upstream: &Origin,
    openapi: Option<&Path>,
    operations: &[String],
) -> Result<ApiDescription, Failure> {
    let agent = new_agent(FETCH_TIME, EnvironmentProxy::Ignored);
    match openapi {
        Some(file) => {
            let document = Document::open(file)?;
            get(&agent, &format!("{upstream}/"))?;
            Ok(described(document, file.display().to_string(), Vec::new()))
        }
        None if operations.is_empty() => find_document(&agent, upstream),
        None => {
            let document = describe_operations(operations)?;
            get(&agent, &format!("{upstream}/"))?;
            Ok(described(document, "`--operation`".to_owned(), Vec::new()))
        }
    }
}

fn described(document: Document, source: String, remarks: Vec<String>) -> ApiDescription {
    ApiDescription {
        document,
        source,
        remarks,
    }
}

/// Fetches the document from the usual places. Redirects are not followed.
fn find_document(agent: &Agent, upstream: &Origin) -> Result<ApiDescription, Failure> {
    let mut remarks = Vec::new();
    for place in PLACES {
        let url = format!("{upstream}{place}");
        let body = read_body(get(agent, &url)?);
        // Some servers answer every path with a page, so that an unreadable answer is no document.
        let Some(Ok(document)) = body.map(|body| Document::read_fetched(&url, body)) else {
            continue;
        };
        match (document.json().member("openapi"), document.json().member("swagger")) {
            (Some(Json::Text(_)), _) => return Ok(described(document, url, remarks)),
            (_, Some(_)) => remarks.push(format!(
                "{url} is a Swagger 2.0 document, which is not read: convert it to OpenAPI 3 and name it with `--openapi`."
            )),
            _ => {}
        }
    }
    remarks.push(format!(
        "{upstream} serves no OpenAPI 3 document at {}.",
        PLACES.join(", ")
    ));
    remarks.push(format!(
        "So the table has one row, `{ONE_ROW}`. It covers GET requests to paths of one segment, such as /1, without a query."
    ));
    remarks.push(
        "Every other request is refused (`no_operation`). Describe the API with `--openapi FILE`, or name operations:"
            .to_owned(),
    );
    remarks.push("  --operation 'GET /users' --operation 'GET /users/{id}?fields'".to_owned());
    let one_row = describe_operations(&[ONE_ROW.to_owned()])?;
    Ok(described(one_row, "no document".to_owned(), remarks))
}

/// The answer of the upstream to a request for `url`, whatever its status is.
fn get(agent: &Agent, url: &str) -> Result<Response<Body>, Failure> {
    let answer = agent.get(url).call();
    answer.map_err(|error| Failure::new(format!("`--upstream`: the API does not answer at {url}: {error}")))
}

/// The body of an answer, or `None` if it has another status than 200 or is too large.
fn read_body(mut answer: Response<Body>) -> Option<Vec<u8>> {
    let body = answer.body_mut().with_config().limit(DOCUMENT_BYTES).read_to_vec();
    body.ok().filter(|_| answer.status() == 200)
}

/// An OpenAPI document with these operations.
fn describe_operations(operations: &[String]) -> Result<Document, Failure> {
    let mut paths = serde_json::Map::new();
    for operation in operations {
        let (method, path, names) = split_operation(operation).ok_or_else(|| {
            let expected =
                "expected a method, a path and perhaps names of the query, such as `GET /users/{id}?fields&page`";
            Failure::new(format!("`--operation`: `{operation}` found, {expected}"))
        })?;
        let query = names
            .iter()
            .map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}}));
        let described = json!({"parameters": query.collect::<Vec<_>>()});
        let item = paths.entry(path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(method.to_ascii_lowercase(), described);
        }
    }
    let text = json!({"openapi": "3.1.0", "info": {"title": "--operation"}, "paths": paths}).to_string();
    Document::read_fetched("--operation", text.into_bytes())
}

/// Method, path and the names in the query.
fn split_operation(text: &str) -> Option<(&str, &str, Vec<&str>)> {
    let (method, target) = text.split_once(' ')?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let names: Vec<_> = query.split('&').filter(|_| !query.is_empty()).collect();
    let is_name = |name: &&str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.[]".contains(&byte);
        !name.is_empty() && name.bytes().all(plain)
    };
    let fits = METHODS.contains(&method)
        && path.starts_with('/')
        && path.bytes().all(|byte| byte.is_ascii_graphic())
        && names.iter().all(is_name);
    fits.then_some((method, path, names))
}

#[cfg(test)]
mod tests {
    use super::split_operation;

    #[test]
    fn an_operation_has_a_method_a_path_and_names() {
        assert_eq!(
            split_operation("GET /users/{id}?fields&page[size]"),
            Some(("GET", "/users/{id}", vec!["fields", "page[size]"]))
        );
        assert_eq!(split_operation("DELETE /"), Some(("DELETE", "/", vec![])));
        for text in [
            "GET",
            "get /users",
            "TRACE /users",
            "GET users",
            "GET  /users",
            "GET /a?b&",
            "GET /a?b=c",
            "GET /a b",
        ] {
            assert_eq!(split_operation(text), None, "{text}");
        }
    }
}
