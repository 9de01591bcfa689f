//! The running issuer: a public listener, a socket for the operator, an orderly end.

use crate::base::clock::Clock;
use crate::base::stopping::Stopping;
use crate::config::settings::Settings;
use crate::config::{Config, ConfigError, Retention};
use crate::data::maintenance::{keep_checkpoints, keep_head, run_maintenance, sign_off};
use crate::data::{Data, OpenDataError, Opening};
use crate::evidence::audit_log::AuditLog;
use crate::files::{ADMIN_SOCKET, DataDirectory, FileError, ISSUER_FILE};
use crate::http::connection::{CONNECTIONS, OPERATOR_CONNECTIONS, accept_all, without_delay};
use crate::http::{Peer, Routers};
use edgewrit_connections::count_connections_that_fit;
use edgewrit_shared::secret::Secret;
use std::future::Future;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The file in which tools find the address that is really listened on.
const LISTENING_FILE: &str = "listening";

/// The longest time to an orderly end.
const DRAIN: Duration = Duration::from_secs(15);

/// Why the issuer does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory.
    #[error(transparent)]
    Open(OpenDataError),
    /// A file in it.
    #[error(transparent)]
    Directory(#[from] FileError),
    /// The address.
    #[error("`--listen`: `{0}`: {1}")]
    Listen(SocketAddr, io::Error),
    /// The operator's socket.
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Socket(PathBuf, io::Error),
    /// The database could not be synced while serving.
    #[error("the database could not be synced; nothing is lost: start again once the disk works")]
    Unsynced,
    /// The file for the audit's lines.
    #[error("`--audit-log`: {0}")]
    AuditLog(FileError),
}

/// A server whose data directory is open and whose sockets are bound, before it answers.
struct Prepared {
    data: Data,
    log: Option<AuditLog>,
    public: TcpListener,
    socket: UnixListener,
    config: Config,
    url: String,
}

/// Opens the data directory, binds the sockets and writes the files that say where the server
/// listens.
async fn prepare(
    path: &Path,
    settings: &Settings,
    secret: Option<Secret>,
    clock: Clock,
) -> Result<Prepared, ServeError> {
    let opening = Opening {
        group: settings.group_read(),
        is_original: settings.is_original,
        witness: settings.witness.clone(),
    };
    let data = Data::open_as(path, clock, opening).await.map_err(ServeError::Open)?;
    let log = settings.audit_log.as_deref();
    let log = log.map(|path| AuditLog::open(path, settings.group_read(), &*data.store));
    let log = log.transpose().map_err(ServeError::AuditLog)?;
    let (public, address) = bind(settings.address()).await?;
    let (url, directory) = (format!("http://{address}"), data.directory.clone());
    directory.file(LISTENING_FILE).look()?;
    directory.file(ADMIN_SOCKET).look_for_socket()?;
    remove_server_files(&directory);
    let config = settings.config(address, secret)?;
    let socket = operator_socket(&directory)?;
    directory.file(ISSUER_FILE).write(config.issuer.as_str().as_bytes())?;
    directory.file(LISTENING_FILE).write(url.as_bytes())?;
    Ok(Prepared {
        data,
        log,
        public,
        socket,
        config,
        url,
    })
}

/// Serves from the data directory at `path` until `stop`. Tells `ready` the URL once requests are
/// answered.
///
/// # Errors
/// [`ServeError`], before anything is answered.
pub async fn serve(
    path: &Path,
    settings: &Settings,
    secret: Option<Secret>,
    clock: Clock,
    ready: impl FnOnce(&str),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    settings.config(settings.address(), None)?;
    let retention = settings.retention()?;
    let Prepared {
        data,
        log,
        public,
        socket,
        config,
        url,
    } = prepare(path, settings, secret, clock).await?;
    warn_of_half_a_proxy(&config);
    tracing::info!(url, issuer = config.issuer.as_str(), "serving");
    let (say_stop, stopping) = Stopping::channel();
    let data = Arc::new(data);
    let unsynced = wait_until_unsynced(&data);
    let mut running = JoinSet::new();
    if let Some(log) = log {
        running.spawn(log.follow(Arc::clone(&data.store), stopping.clone()));
    }
    let origin = config.issuer.to_string();
    start_background(&mut running, &data, &origin, retention, &stopping);
    let routers = Routers::new(config, Arc::clone(&data), stopping.clone());
    let metrics = match settings.metrics {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    start_listeners(
        &mut running,
        Listeners {
            public,
            socket,
            metrics,
        },
        routers,
        &stopping,
    );
    ready(&url);
    let ended = tokio::select! {
        () = stop => Ok(()),
        () = unsynced => Err(ServeError::Unsynced),
    };
    tracing::info!("stopping");
    let _no_task_is_left = say_stop.send(true);
    // Longer than requests are given: no client waits any more for what is left then.
    let _late = timeout(DRAIN, running.join_all()).await;
    sign_off(&data, &origin).await;
    remove_server_files(&data.directory);
    ended
}

/// Starts the work that no request waits for.
fn start_background(
    running: &mut JoinSet<()>,
    data: &Arc<Data>,
    origin: &str,
    retention: Option<Retention>,
    stopping: &Stopping,
) {
    running.spawn(run_maintenance(
        Arc::clone(data),
        origin.to_owned(),
        retention,
        stopping.clone(),
    ));
    running.spawn(keep_checkpoints(Arc::clone(data), origin.to_owned(), stopping.clone()));
    running.spawn(keep_head(Arc::clone(data), stopping.clone()));
}

/// The sockets of a server, bound.
struct Listeners {
    public: TcpListener,
    socket: UnixListener,
    metrics: Option<(TcpListener, SocketAddr)>,
}

/// Accepts connections of clients, of the operator, and of Prometheus.
fn start_listeners(running: &mut JoinSet<()>, listeners: Listeners, routers: Routers, stopping: &Stopping) {
    if let Some((tcp, address)) = listeners.metrics {
        tracing::info!(%address, "metrics");
        running.spawn(accept_all(
            without_delay(tcp),
            OPERATOR_CONNECTIONS,
            routers.metrics,
            Peer::at,
            stopping.clone(),
        ));
    }
    let connections = count_connections_that_fit(CONNECTIONS, 1);
    running.spawn(accept_all(
        without_delay(listeners.public),
        connections,
        routers.public,
        Peer::at,
        stopping.clone(),
    ));
    running.spawn(accept_all(
        listeners.socket,
        OPERATOR_CONNECTIONS,
        routers.private,
        |_| Peer::default(),
        stopping.clone(),
    ));
}

/// Returns when the database could not be synced.
fn wait_until_unsynced(data: &Data) -> impl Future<Output = ()> + use<> {
    let mut broken = data.store.broken();
    async move {
        if broken.wait_for(|broken| *broken).await.is_err() {
            // The thread that would say so has ended in order.
            std::future::pending().await
        }
    }
}

/// An operator who sets one of the two settings of a proxy has often forgotten the other.
fn warn_of_half_a_proxy(config: &Config) {
    match (config.behind_tls_proxy, config.trusted_proxies.is_empty()) {
        (true, true) => tracing::warn!(
            "`--behind-tls-proxy` without `--trusted-proxies`: all clients behind the proxy share its limits; name its address"
        ),
        (false, false) => tracing::warn!(
            "`--trusted-proxies` without `--behind-tls-proxy`: answers do not tell clients to stay with TLS; say both if the proxy encrypts"
        ),
        _ => {}
    }
}

/// The listener, and the address it really has.
async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let refused = |error| ServeError::Listen(address, error);
    let tcp = TcpListener::bind(address).await.map_err(refused)?;
    let address = tcp.local_addr().map_err(refused)?;
    Ok((tcp, address))
}

/// Binds the operator's socket: under a name in the private key folder first, so that it never has
/// the wrong mode where it is looked for.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that binds the socket, in a folder that was checked"
)]
fn operator_socket(directory: &DataDirectory) -> Result<UnixListener, ServeError> {
    let (aside, path) = (directory.file("keys/admin"), directory.path(ADMIN_SOCKET));
    aside.remove()?;
    let bind = || {
        let socket = UnixListener::bind(aside.path())?;
        fs::set_permissions(aside.path(), fs::Permissions::from_mode(0o600))?;
        fs::rename(aside.path(), &path)?;
        Ok(socket)
    };
    let socket = bind().map_err(|error| ServeError::Socket(path.clone(), error))?;
    directory.file(ADMIN_SOCKET).look_for_socket()?;
    Ok(socket)
}

/// Removes the files that say that a server runs: at the end, and at the start if the last server
/// was killed. Commands find out by themselves that a file which cannot be removed is stale.
fn remove_server_files(directory: &DataDirectory) {
    for name in [ADMIN_SOCKET, LISTENING_FILE] {
        let _stale = directory.file(name).remove();
    }
}
