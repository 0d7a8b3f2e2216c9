//! Starting and stopping a server.

use std::future::ready;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::map_request;
use axum::serve::ListenerExt;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::catalogue::Api;
use super::conduct::Conduct;
use super::fault::Fault;

/// How long stopping waits for open connections.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a server shall run.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The port on the loopback interface; 0 takes any free one.
    pub port: u16,
    /// Names of the faults that it shall have.
    pub faults: Vec<String>,
    /// The pause before each piece of a stream.
    pub pace: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        ServerOptions { port: 0, faults: Vec::new(), pace: Duration::from_millis(15) }
    }
}

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The API has no such fault.
    #[error("{api} has no fault {name:?}{}", nearest.map(|nearest| format!("; did you mean {nearest:?}?")).unwrap_or_default())]
    UnknownFault {
        /// The API.
        api: &'static str,
        /// What was asked for.
        name: String,
        /// The fault whose name looks most like it.
        nearest: Option<&'static str>,
    },
    /// The port cannot be listened on.
    #[error("cannot listen on 127.0.0.1:{port}: {source}; 0 takes any free port")]
    Listen {
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
}

/// A running server. It stops when it is dropped; [`Running::stop`] waits until it has.
#[derive(Debug)]
pub struct Running {
    /// Its base URL, without a slash at the end.
    pub url: String,
    requests: Arc<AtomicUsize>,
    // Dropping the sender is what tells the server to stop.
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// How many requests came so far, whatever was answered.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Takes no further connection and waits for the open ones, but not for long.
    pub async fn stop(self) {
        let Running { stop, mut task, .. } = self;
        drop(stop);
        if tokio::time::timeout(PATIENCE, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// Starts a server on the loopback interface.
///
/// # Errors
///
/// [`StartError`] where a fault is unknown or the port cannot be had.
pub async fn start(api: &'static Api, options: ServerOptions) -> Result<Running, StartError> {
    let faults = options.faults.iter().map(|name| find(api, name)).collect::<Result<Vec<_>, _>>()?;
    let refused = |source| StartError::Listen { port: options.port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(refused)?;
    let url = format!("http://{}", listener.local_addr().map_err(refused)?);

    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let routes = (api.routes)(Conduct::new(options.pace, &faults)).layer(map_request(move |request: Request| {
        counted.fetch_add(1, Ordering::Relaxed);
        ready(request)
    }));
    let (stop, stopped) = oneshot::channel::<()>();
    let listener = listener.tap_io(|connection| {
        // Pieces shall leave when they are made. Where the system cannot do that, they leave a little later.
        let _ = connection.set_nodelay(true);
    });
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let task = tokio::spawn(async move { serving.await });
    Ok(Running { url, requests, stop, task })
}

fn find(api: &'static Api, name: &str) -> Result<&'static Fault, StartError> {
    let unknown =
        || StartError::UnknownFault { api: api.name, name: name.to_owned(), nearest: api.nearest_fault(name) };
    api.fault(name).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::testing::client;
    use crate::reference::{api, apis};

    #[tokio::test]
    async fn every_api_starts_and_stops() {
        for api in apis() {
            let running = start(api, ServerOptions::default()).await.unwrap();
            let url = running.url.clone();
            assert_eq!(client().get(&url).send().await.unwrap().status(), 404);
            assert_eq!(running.requests(), 1);
            running.stop().await;
            assert!(client().get(&url).send().await.is_err(), "{} still answers", api.name);
        }
    }

    #[tokio::test]
    async fn an_unknown_fault_is_refused_with_the_nearest_one() {
        let options = ServerOptions { faults: vec!["done-mising".to_owned()], ..ServerOptions::default() };
        let error = start(api("agntix").unwrap(), options).await.unwrap_err();
        assert_eq!(error.to_string(), r#"agntix has no fault "done-mising"; did you mean "done-missing"?"#);
        let options = ServerOptions { faults: vec!["nope".to_owned()], ..ServerOptions::default() };
        let error = start(api("agntix").unwrap(), options).await.unwrap_err();
        assert_eq!(error.to_string(), r#"agntix has no fault "nope""#);
    }

    #[tokio::test]
    async fn a_port_in_use_is_refused() {
        let first = start(api("agenhq").unwrap(), ServerOptions::default()).await.unwrap();
        let port = first.url.rsplit(':').next().unwrap().parse().unwrap();
        let second = start(api("agenhq").unwrap(), ServerOptions { port, ..ServerOptions::default() }).await;
        assert!(matches!(second, Err(StartError::Listen { .. })));
    }
}
