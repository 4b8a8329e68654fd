//! Requests as bytes on a connection: many at once, cut off anywhere, and cheap.

use std::{
    fmt::Write as _,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

/// Longer than the server takes for anything: what exceeds it will never come.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// A keep-alive connection.
pub struct Wire(BufReader<TcpStream>);

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub replayed: bool,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Status and code, of a problem; of anything else the code is empty.
    pub fn problem(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().into())
    }

    /// Whether the server asks for the same request again.
    pub fn try_again(&self) -> bool {
        self.status >= 400 && self.json()["retry"] == "same-key"
    }
}

impl Wire {
    pub fn connect(base: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(base.trim_start_matches("http://"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_WAIT))?;
        Ok(Self(BufReader::new(stream)))
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.get_mut().write_all(bytes)
    }

    /// Waits for the beginning of an answer, whatever it is.
    pub fn glance(&mut self) {
        let _ = self.0.fill_buf();
    }

    pub fn ask(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.send(request)?;
        self.answer()
    }

    pub fn answer(&mut self) -> io::Result<Answer> {
        let mut line = String::new();
        let mut next = |reader: &mut BufReader<TcpStream>| {
            line.clear();
            match reader.read_line(&mut line)? {
                0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
                _ => Ok(line.trim_end().to_ascii_lowercase()),
            }
        };
        let status = next(&mut self.0)?;
        let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        let (mut length, mut replayed) = (0, false);
        loop {
            let header = next(&mut self.0)?;
            match header.split_once(": ") {
                None => break,
                Some(("content-length", value)) => length = value.parse().expect("a length"),
                Some(("idempotency-replayed", value)) => replayed = value == "true",
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(Answer { status, replayed, body: String::from_utf8(body).expect("text") })
    }
}

/// A request as it is sent; an empty idempotency key is left out.
pub fn request(method: &str, path: &str, key: &str, idempotency_key: &str, body: &str) -> Vec<u8> {
    // Writing to a String cannot fail.
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: pricetag\r\nAuthorization: Bearer {key}\r\n");
    if !idempotency_key.is_empty() {
        let _ = write!(head, "Idempotency-Key: {idempotency_key}\r\n");
    }
    if method != "GET" {
        let _ = write!(head, "Content-Length: {}\r\n", body.len());
    }
    format!("{head}\r\n{body}").into_bytes()
}

/// Sends a request until its answer is final: again on a new connection when one breaks, again with the same key when
/// the answer asks for that. Answers how often that was, too.
pub fn insist(wire: &mut Option<Wire>, base: &str, request: &[u8]) -> (Answer, usize) {
    const ATTEMPTS: usize = 100;
    for attempt in 0..ATTEMPTS {
        let answer = match wire {
            Some(wire) => wire.ask(request),
            None => Wire::connect(base).and_then(|new| wire.insert(new).ask(request)),
        };
        match answer {
            Ok(answer) if answer.try_again() => {}
            Ok(answer) => return (answer, attempt),
            Err(_) => *wire = None,
        }
    }
    panic!("no final answer after {ATTEMPTS} attempts")
}

/// Chance that is the same in every run (splitmix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("a number below a usize")
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// How much longer than by default the tests of survival are to run.
pub fn rounds() -> usize {
    std::env::var("PRICETAG_TEST_ROUNDS").map_or(1, |rounds| rounds.parse().expect("PRICETAG_TEST_ROUNDS is a number"))
}
