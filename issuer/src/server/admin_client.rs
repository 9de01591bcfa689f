//! The way of commands to the operator's endpoints: through the running server, or, if none runs,
//! in this process and under the same lock. Both ways use one router.

use crate::base::clock::Clock;
use crate::data::maintenance::sign_off;
use crate::data::{Data, OpenDataError, Opening};
use crate::files::{
    ADMIN_SOCKET, DataDirectory, DirectoryLock, FileError, GroupRead, ISSUER_FILE, make_data_directory,
};
use crate::http::{AdminState, admin};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes};
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, header};
use hyper_util::rt::TokioIo;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

/// The longest time to an answer.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// Pause between two tries, and number of tries, if another process holds the directory without an
/// answer: a server that starts or stops.
const RETRY: Duration = Duration::from_millis(50);
const RETRIES: usize = 100;

/// The answer of the operator's endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl AdminAnswer {
    /// Whether the request was carried out.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum AdminCallError {
    /// The data directory.
    #[error(transparent)]
    Directory(FileError),
    /// The content of the data directory.
    #[error(transparent)]
    Open(OpenDataError),
    /// The running server broke off.
    #[error("the running server broke off")]
    Broken,
    /// It did not answer in time.
    #[error("the running server did not answer within {} s", ANSWER_TIME.as_secs())]
    Late,
}

/// Posts the JSON `body` to `path` of the admin endpoints of the data directory at `directory`.
///
/// # Errors
/// [`AdminCallError`]. A refusal of the admin endpoints is an answer, not an error.
pub async fn post(
    directory: &Path,
    group: GroupRead,
    clock: Clock,
    path: &str,
    body: String,
) -> Result<AdminAnswer, AdminCallError> {
    let directory = make_data_directory(directory, group).map_err(AdminCallError::Directory)?;
    for _ in 0..RETRIES {
        let socket = directory.file(ADMIN_SOCKET).look_for_socket();
        socket.map_err(AdminCallError::Directory)?;
        if let Ok(stream) = UnixStream::connect(directory.path(ADMIN_SOCKET)).await {
            let answer = timeout(ANSWER_TIME, post_over_socket(stream, build_request(path, body)));
            return answer.await.unwrap_or(Err(AdminCallError::Late));
        }
        match directory.lock() {
            Ok(lock) => return post_in_process(directory, lock, clock, build_request(path, body)).await,
            Err(FileError::Locked(_)) => sleep(RETRY).await,
            Err(error) => return Err(AdminCallError::Directory(error)),
        }
    }
    Err(AdminCallError::Directory(FileError::Locked(directory.path("lock"))))
}

fn build_request(path: &str, body: String) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = path.parse().unwrap_or_default();
    let headers = request.headers_mut();
    headers.insert(header::HOST, header::HeaderValue::from_static("localhost"));
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    request
}

async fn post_over_socket(stream: UnixStream, request: Request<Full<Bytes>>) -> Result<AdminAnswer, AdminCallError> {
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| AdminCallError::Broken)?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(|_| AdminCallError::Broken)?;
    collect_response(response).await
}

async fn post_in_process(
    directory: DataDirectory,
    lock: DirectoryLock,
    clock: Clock,
    request: Request<Full<Bytes>>,
) -> Result<AdminAnswer, AdminCallError> {
    let issuer = directory.file(ISSUER_FILE).read().map_err(AdminCallError::Directory)?;
    let issuer = issuer.and_then(|issuer| String::from_utf8(issuer).ok());
    let data = Data::open_locked(directory, lock, clock, Opening::default()).await;
    let data = Arc::new(data.map_err(AdminCallError::Open)?);
    let state = AdminState::new(Arc::clone(&data), issuer);
    let answered = match admin(Arc::new(state)).oneshot(request).await {
        Ok(response) => collect_response(response).await,
        Err(never) => match never {},
    };
    // The change is durable; the next start signs a checkpoint over it if this cannot.
    sign_off(&data, &data.served_as()).await;
    answered
}

async fn collect_response(response: Response<impl Body>) -> Result<AdminAnswer, AdminCallError> {
    let status = response.status().as_u16();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|_| AdminCallError::Broken)?;
    let body = body.to_bytes().into();
    Ok(AdminAnswer { status, body })
}
