//! The connections: how many may be open, how long a request's head and an answer's way may take, and how they end.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

/// Open connections. Over it new ones wait in the system's backlog.
const CONNECTIONS: usize = 4_096;
/// How long a request's head may take to arrive, and how long a connection may be idle between two requests.
const HEAD_WAIT: Duration = Duration::from_secs(10);
/// How long a client may take nothing of an answer that waits for it.
const WRITE_WAIT: Duration = Duration::from_secs(10);
/// A connection's buffer, which a request's head must fit into.
const BUFFER_BYTES: usize = 32 << 10;
/// How long connections may take to end after a signal.
pub const GRACE: Duration = Duration::from_secs(10);
/// How long to wait when the system has no more of something, such as file descriptors, before asking it again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The address at the other end.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Serves until `stop`; then takes no new connection, finishes the requests that have arrived, and ends after [`GRACE`]
/// at the latest.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let accepting = async {
        loop {
            let place = Arc::clone(&connections).acquire_owned().await.expect("nobody closes the semaphore");
            let (stream, peer) = accept(&listener).await;
            tokio::spawn(connection(stream, Peer(peer), router.clone(), graceful.watcher(), place));
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop => tracing::info!("stopping"),
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open after {} seconds", GRACE.as_secs());
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, IpAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer.ip()),
            // The client gave up while it waited.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, peer: Peer, router: Router, watcher: Watcher, place: OwnedSemaphorePermit) {
    // An answer is one write: waiting for more to send would only delay it.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection cannot be told to send at once");
    }
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        router.clone().call(request)
    });
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_WAIT));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT).max_buf_size(BUFFER_BYTES);
    // A client that breaks off is no event: what it had sent whole is carried out.
    if let Err(error) = watcher.watch(builder.serve_connection(TokioIo::new(Box::pin(stream)), service)).await {
        tracing::debug!(%error, "a connection broke off");
    }
    drop(place);
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpStream,
        time::Duration,
    };

    use axum::{Router, routing::get};
    use tokio::{net::TcpListener, sync::oneshot, task::spawn_blocking, time::Instant};

    use super::{GRACE, serve};

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    /// Sends on a connection, and reads until it ends.
    fn exchange(mut connection: TcpStream, request: &[u8]) -> String {
        let mut answer = String::new();
        connection.write_all(request).unwrap();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }

    #[tokio::test]
    async fn a_stop_finishes_what_has_arrived_and_waits_for_nobody_else() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (arrived, mut arrival) = tokio::sync::mpsc::channel(1);
        let slowly = move || async move {
            arrived.send(()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(200)).await;
            "whole"
        };
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(serve(listener, Router::new().route("/", get(slowly)), async {
            let _ = stopped.await;
        }));
        let idle = TcpStream::connect(address).unwrap();
        let busy = TcpStream::connect(address).unwrap();
        let busy = spawn_blocking(move || exchange(busy, REQUEST));
        arrival.recv().await.unwrap();
        let started = Instant::now();
        stop.send(()).unwrap();
        serving.await.unwrap();
        assert!(started.elapsed() < GRACE / 2, "an idle connection was waited for");
        let answer = busy.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("whole"), "{answer}");
        assert_eq!(spawn_blocking(move || exchange(idle, b"")).await.unwrap(), "");
        assert!(TcpStream::connect(address).is_err());
    }
}
