//! The AgentWrit v1 API, as its published SDK speaks it.

use crate::http::app_state::AppState;
use crate::http::problem::{Code, Problem};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

mod apps;
mod audit;
mod bearer;
mod fields;
mod health;
mod launch;
mod login;
mod register;
mod revoke;
mod token;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/v1/challenge", get(register::challenge))
        .route("/v1/register", post(register::register))
        .route("/v1/health", get(health::health))
        .route("/v1/admin/auth", post(login::log_operator_in))
        .route("/v1/app/auth", post(login::log_client_in))
        .route("/v1/admin/apps", post(apps::add).get(apps::list))
        .route(
            "/v1/admin/apps/{id}",
            get(apps::show).put(apps::update).delete(apps::end),
        )
        .route("/v1/admin/launch-tokens", post(launch::by_operator))
        .route("/v1/app/launch-tokens", post(launch::by_client))
        .route("/v1/token/validate", post(token::validate))
        .route("/v1/token/renew", post(token::renew))
        .route("/v1/token/release", post(token::release))
        .route("/v1/delegate", post(token::delegate))
        .route("/v1/revoke", post(revoke::revoke))
        .route("/v1/audit/events", get(audit::events))
        // Here as well as for all routes, so that the problem has the form of this API.
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed))
        .layer(from_fn(translate_problems))
}

/// First segments under `/v1` that are not this API's.
const OTHERS: [&str; 5] = ["bundle", "edges", "records", "tasks", "uses"];

/// Answers a path without an endpoint, in the form of this API if the path could be of this API.
pub(super) async fn answer_unknown_path(request: Request) -> Response {
    let path = request.uri().path();
    let problem = Problem::new(Code::NotFound).into_response();
    let first = path.strip_prefix("/v1/").and_then(|rest| rest.split('/').next());
    match first {
        Some(first) if !OTHERS.contains(&first) => translate_problem(path.to_owned(), problem),
        _ => problem,
    }
}

async fn translate_problems(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    translate_problem(path, next.run(request).await)
}

/// Puts problems into the form of this API, and sets the header that only this API sets.
fn translate_problem(path: String, mut response: Response) -> Response {
    if let Some(problem) = response.extensions_mut().get_mut::<Problem>() {
        problem.speak_agentwrit(path);
        let status = problem.status();
        *response.status_mut() = status;
    }
    response
        .headers_mut()
        .insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}
