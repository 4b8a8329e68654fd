//! A server that runs, its ledger's file, and a client of it.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use pricetag_server::{
    key::{Key, Scopes},
    store::{Database, NewAccount, NewKey, Operation},
};
use serde_json::{Value, json};

use super::engine::Place;

/// The program under test.
pub fn pricetag() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pricetag"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PRICETAG_")) {
        command.env_remove(name);
    }
    command.env_remove("DATABASE_URL").env("NO_COLOR", "1");
    command
}

/// A folder of a test's own, gone with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path); // left by an earlier process of the same number
        fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    /// A folder of its own below another place, such as another disk.
    pub fn below(place: &Path) -> Self {
        let path = place.join("ledger");
        fs::create_dir(&path).expect("a folder for the test");
        Self(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, text).expect("a file in the test's folder");
        path
    }

    pub fn database(&self) -> PathBuf {
        self.file("pricetag.db")
    }

    /// A ledger with one account, before a server starts on it, and the account's key.
    pub fn with_account(&self, tier: &str, millicredits: i64) -> String {
        self.with_key(tier, millicredits, Scopes::browser(), None)
    }

    /// The ledger, made if it is not there, without a server's lock: a lock of this process would live on in every
    /// child that another test is just starting, and keep the server out.
    pub fn ledger(&self) -> Database {
        let path = self.database();
        fs::OpenOptions::new().create(true).append(true).open(&path).expect("a file for the ledger");
        Database::open_existing(&path).expect("a ledger")
    }

    pub fn with_key(&self, tier: &str, millicredits: i64, scopes: Scopes, expires: Option<i64>) -> String {
        let mut database = self.ledger();
        let key = Key::generate();
        let account_id = format!("acct_{}", key.id());
        let account = NewAccount {
            account_id: account_id.clone(),
            tier: tier.into(),
            grant_millicredits: millicredits,
            reply: None,
        };
        let new_key = NewKey { key_id: key.id().into(), hash: key.hash(), account_id, scopes, expires };
        for answer in database.commit(&[Operation::OpenAccount(account), Operation::AddKey(new_key)]) {
            answer.expect("an account and its key");
        }
        key.reveal().into()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server of its own for one test.
pub struct Server {
    pub base: String,
    pub key: Option<String>,
    /// Its greeting.
    pub said: String,
    pub process: Child,
    _output: BufReader<ChildStdout>,
}

impl Server {
    pub fn start(place: &impl Place) -> Self {
        Self::start_with(place, &[])
    }

    /// On a first start with an account to try with, whose key it tells.
    pub fn start_with(place: &impl Place, arguments: &[&str]) -> Self {
        Self::launch(Self::command(place).arg("--demo").args(arguments))
    }

    /// The same with its log in a file.
    pub fn start_logging(place: &impl Place, log: &Path, arguments: &[&str]) -> Self {
        let log = fs::File::create(log).expect("a file for the log");
        Self::launch(Self::command(place).arg("--demo").args(arguments).stderr(log))
    }

    /// As an operator starts it.
    pub fn start_bare(place: &impl Place, arguments: &[&str]) -> Self {
        Self::launch(Self::command(place).args(arguments))
    }

    fn command(place: &impl Place) -> Command {
        let mut command = pricetag();
        command
            .args(["serve", "--port", "0"])
            .args(place.arguments())
            .env("PRICETAG_REQUESTS_PER_MINUTE", "unlimited")
            // So that a test can see a hold expire.
            .env("PRICETAG_HOLD_MINIMUM", "1")
            .envs(place.environment());
        command
    }

    fn launch(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut output = BufReader::new(process.stdout.take().expect("its standard output"));
        let (mut base, mut key) = (None, None);
        let mut said = String::new();
        // The greeting ends with the line about the key, or with how to make one.
        while key.is_none() && !said.contains("a key ") {
            let before = said.len();
            assert!(output.read_line(&mut said).expect("what it says") > 0, "the server ended: {said}");
            let line = said[before..].trim();
            base = base.or_else(|| line.strip_prefix("Pricetag is at ").map(|url| url.trim_end_matches('/').into()));
            key = key.or_else(|| line.split_once("#key=").map(|(_, key)| key.to_owned()));
        }
        Self { base: base.expect("the address"), key, said, process, _output: output }
    }

    /// Stops it in good order.
    pub fn stop(mut self) {
        self.signal("-TERM");
        assert!(self.process.wait().expect("it ends").success());
    }

    pub fn client(&self, key: &str) -> Client {
        Client::new(&self.base, Some(key))
    }

    pub fn stranger(&self) -> Client {
        Client::new(&self.base, None)
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.process.id().to_string()]).status().expect("kill runs");
        assert!(status.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    authorization: Option<String>,
}

pub struct Reply {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a readable header"))
    }

    /// Status and code, which is what a program looks at first.
    pub fn problem(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().into())
    }
}

impl Client {
    /// The same client of another server.
    pub fn at(&self, server: &Server) -> Self {
        Self { base: server.base.clone(), ..self.clone() }
    }

    pub fn new(base: &str, key: Option<&str>) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Self { agent, base: base.into(), authorization: key.map(|key| format!("Bearer {key}")) }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", path, headers, "").expect("an answer")
    }

    pub fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Reply {
        self.send("POST", path, &[], body).expect("an answer")
    }

    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Result<Reply, ureq::Error> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let request = request.body(body.as_ref().to_vec()).expect("a request");
        let mut response = self.agent.run(request)?;
        let text = response.body_mut().with_config().limit(64 << 20).read_to_string()?;
        Ok(Reply { status: response.status().as_u16(), headers: response.headers().clone(), text })
    }

    /// A charge for exactly this body.
    pub fn charge(&self, key: &str, body: &Value) -> Reply {
        self.try_charge(key, body).expect("an answer")
    }

    pub fn try_charge(&self, key: &str, body: &Value) -> Result<Reply, ureq::Error> {
        self.send("POST", "/v1/charges", &[("Idempotency-Key", key)], body.to_string())
    }

    /// Sends a document with an idempotency key of its own.
    pub fn post_once(&self, path: &str, body: &Value) -> Reply {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = format!("test-once-{}-{:08}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        self.post_as(&key, path, body)
    }

    pub fn post_as(&self, key: &str, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[("Idempotency-Key", key)], body.to_string()).expect("an answer")
    }

    /// What a person would accept who saw the server's own preflight.
    pub fn accepted(&self, plan: &Value) -> Value {
        let preflight = self.post("/v1/preflight", json!({"plan": plan}).to_string()).json();
        let estimate = &preflight["estimate"];
        json!({
            "plan": plan,
            "accepted": {"fingerprint": estimate["card"]["fingerprint"], "high": estimate["total"]["high"]},
        })
    }

    pub fn balance(&self) -> Value {
        self.get("/v1/account").json()["balance"].clone()
    }

    /// What is posted, in credits.
    pub fn posted(&self) -> Value {
        self.get("/v1/account").json()["balance"]["posted"].clone()
    }
}

/// Waits for a condition; there is an upper limit so that a test that fails ends.
pub fn wait_until(what: &str, limit: Duration, condition: impl Fn() -> bool) -> Duration {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < limit, "{what}: not within {limit:?}");
        thread::yield_now();
    }
    started.elapsed()
}

/// One upscale, two credits, for certain.
pub fn two_credits() -> Value {
    json!({"items": [{"operation": "upscale", "mode": "fast"}]})
}

/// A key for the n-th operation of a test.
pub fn nth_key(number: usize) -> String {
    format!("test-operation-{number:08}")
}
