//! Load from a process of its own: requests that are written once, connections that stay open, latencies in order.

use std::{
    io::{self, Write},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;

/// Says to this program, when it starts itself, that it is the one that makes the load.
const ROLE: &str = "PRICETAG_BENCH_LOAD";

/// What is to be asked.
#[derive(Clone, Serialize, Deserialize)]
pub struct Load {
    pub base: String,
    pub path: String,
    /// One account's key for each client in turn; none for a question without a key.
    pub keys: Vec<String>,
    pub body: String,
    pub clients: usize,
    /// The end: whichever comes first.
    pub seconds: f64,
    pub requests_max: u64,
}

/// What was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answered {
    pub requests: u64,
    pub refused: u64,
    pub seconds: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl Answered {
    pub fn per_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
        let requests = self.requests as f64;
        requests / self.seconds
    }
}

impl Load {
    /// Runs it in another process, so that its work is not measured as the server's memory or threads.
    pub fn run(&self) -> Answered {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the load starts");
        let spec = serde_json::to_vec(self).expect("JSON");
        process.stdin.take().expect("its standard input").write_all(&spec).expect("what to ask");
        let output = process.wait_with_output().expect("what was answered");
        assert!(output.status.success(), "the load ended with {}", output.status);
        let answered: Answered = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(answered.refused, 0, "requests were refused");
        answered
    }
}

/// Whether this process is the one that makes the load; then it has made it.
pub fn was_made() -> bool {
    if std::env::var_os(ROLE).is_none() {
        return false;
    }
    let load: Load = serde_json::from_reader(io::stdin()).expect("what to ask");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    println!("{}", serde_json::to_string(&runtime.block_on(make(load))).expect("JSON"));
    true
}

async fn make(load: Load) -> Answered {
    let started = Instant::now();
    let each = load.requests_max / load.clients as u64;
    let clients: Vec<_> = (0..load.clients)
        .map(|number| tokio::spawn(client(load.clone(), number, each, started + Duration::from_secs_f64(load.seconds))))
        .collect();
    let (mut micros, mut refused) = (Vec::new(), 0);
    for client in clients {
        let (times, not) = client.await.expect("a client");
        micros.extend(times);
        refused += not;
    }
    let seconds = started.elapsed().as_secs_f64();
    micros.sort_unstable();
    let at = |part: usize| micros.get(micros.len() * part / 100).map_or(0.0, |micros| f64::from(*micros) / 1_000.0);
    Answered { requests: micros.len() as u64, refused, seconds, p50_ms: at(50), p99_ms: at(99) }
}

/// One client: the time of each answer in microseconds, and how many were no success.
async fn client(load: Load, number: usize, requests: u64, end: Instant) -> (Vec<u32>, u64) {
    let stream = TcpStream::connect(load.base.trim_start_matches("http://")).await.expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let (mut request, digits) = request(&load, number);
    let (mut times, mut refused) = (Vec::new(), 0);
    let mut answer = vec![0; 1 << 16];
    for turn in 0..requests {
        let started = Instant::now();
        if started >= end {
            break;
        }
        if let Some(place) = digits {
            write!(&mut request[place..place + DIGITS], "{turn:0DIGITS$}").expect("room for the number");
        }
        send(&stream, &request).await.expect("a request is sent");
        let status = receive(&stream, &mut answer).await.expect("an answer");
        times.push(u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX));
        refused += u64::from(!(200..300).contains(&status));
    }
    (times, refused)
}

const DIGITS: usize = 12;

/// A client's request, and where the digits of its idempotency key stand.
fn request(load: &Load, number: usize) -> (Vec<u8>, Option<usize>) {
    let Load { path, body, keys, .. } = load;
    let mut head = format!("POST {path} HTTP/1.1\r\nHost: pricetag\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    let mut digits = None;
    if let Some(key) = keys.get(number % keys.len().max(1)) {
        let run = std::process::id();
        write!(head, "Authorization: Bearer {key}\r\nIdempotency-Key: bench-{run:08}-{number:04}-").expect("memory");
        digits = Some(head.len());
        write!(head, "{:0DIGITS$}\r\n", 0).expect("memory");
    }
    write!(head, "\r\n{body}").expect("memory");
    (head, digits)
}

async fn send(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads one whole answer and says its status.
async fn receive(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<u16> {
    let mut read = 0;
    loop {
        stream.readable().await?;
        match stream.try_read(&mut buffer[read..]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        let seen = &buffer[..read];
        let Some(head) = seen.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
        if read >= head + 4 + content_length(&seen[..head]) {
            let status = std::str::from_utf8(&seen[9..12]).ok().and_then(|status| status.parse().ok());
            return status.ok_or_else(|| io::ErrorKind::InvalidData.into());
        }
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).unwrap_or_default();
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    value.and_then(|value| value.parse().ok()).unwrap_or(0)
}
