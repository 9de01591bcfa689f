//! The AgentWrit v1 API, as its published SDK speaks it.

use crate::http::app_state::AppState;
use crate::http::endpoints::Endpoints;
use crate::http::problem::{Code, Problem};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};

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

pub(super) fn routes() -> Endpoints<AppState> {
    Endpoints::new()
        .get("/v1/challenge", register::challenge)
        .post("/v1/register", register::register)
        .get("/v1/health", health::health)
        .post("/v1/admin/auth", login::log_operator_in)
        .post("/v1/app/auth", login::log_client_in)
        .post("/v1/admin/apps", apps::add)
        .get("/v1/admin/apps", apps::list)
        .get("/v1/admin/apps/{id}", apps::show)
        .put("/v1/admin/apps/{id}", apps::update)
        .delete("/v1/admin/apps/{id}", apps::end)
        .post("/v1/admin/launch-tokens", launch::by_operator)
        .post("/v1/app/launch-tokens", launch::by_client)
        .post("/v1/token/validate", token::validate)
        .post("/v1/token/renew", token::renew)
        .post("/v1/token/release", token::release)
        .post("/v1/delegate", token::delegate)
        .post("/v1/revoke", revoke::revoke)
        .get("/v1/audit/events", audit::events)
        .map_router(|router| {
            // Here as well as for all routes, so that the problem has the form of this API.
            let router = router.method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed));
            router.layer(from_fn(translate_problems))
        })
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
