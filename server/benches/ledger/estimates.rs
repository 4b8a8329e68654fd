//! `POST /v1/estimate` beside a handler of the same server that answers a constant of the same length.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use axum::{Router, body::Bytes, http::header, routing::post};
use pricetag::RateCard;
use pricetag_server::{
    charge::HoldLimits,
    http::{Access, App, At, RequestsPerMinute, listen, router_with},
    store::{Place, Settings as Writing, Store},
};
use serde_json::json;

use super::{
    CLIENTS, Row, Settings,
    load::{Answered, Load},
    median, row,
    running::{Client, Folder, two_credits},
};

/// Says to this program, when it starts itself, that it is the server, and where its ledger is.
const ROLE: &str = "PRICETAG_BENCH_SERVER";

/// Whether this process was the server; then it has ended, because its standard input did.
pub fn was_served() -> bool {
    let Some(database) = std::env::var_os(ROLE) else { return false };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(serve(database.into()));
    true
}

async fn serve(database: PathBuf) {
    let (store, _writers) = Store::serve(&Place::File(database), Writing::default()).await.expect("a ledger");
    let access = Access {
        requests_per_minute: RequestsPerMinute::unlimited(),
        trusted_proxies: Vec::new(),
        cors_origins: Vec::new(),
    };
    let app = App::new(RateCard::builtin(), store, access, HoldLimits::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("http://{}", listener.local_addr().expect("its address"));
    // The length of the constant is that of an estimate, which is asked for once here.
    let mut constant = String::new();
    std::io::stdin().read_line(&mut constant).expect("the constant");
    let constant = Bytes::from(constant.trim_end().to_owned());
    // The request is read whole, as an estimate's must be.
    let answer = move |_request: Bytes| {
        let constant = constant.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], constant) }
    };
    let bare = answer.clone();
    let router = router_with(app, At::All, Router::new().route("/constant", post(answer))).route("/bare", post(bare));
    let stop = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    listen::serve(listener, router, async { drop(stop.await) }).await;
}

struct Served {
    base: String,
    process: Child,
}

impl Served {
    fn start(folder: &Folder, constant: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .env(ROLE, folder.database())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut base = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its standard output"));
        output.read_line(&mut base).expect("its address");
        let input = process.stdin.as_mut().expect("its standard input");
        std::io::Write::write_all(input, format!("{constant}\n").as_bytes()).expect("the constant");
        Self { base: base.trim().into(), process }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn estimates(settings: &Settings) -> Vec<Row> {
    let plans = [
        ("one item", two_credits()),
        (
            "ten items",
            json!({"items": vec![json!({"operation": "create", "model": "stability-core", "quantity": 5}); 10]}),
        ),
    ];
    plans.into_iter().flat_map(|(name, plan)| beside_a_constant(name, &json!({"plan": plan}), settings)).collect()
}

fn beside_a_constant(name: &str, body: &serde_json::Value, settings: &Settings) -> Vec<Row> {
    let folder = Folder::new();
    let estimate = {
        let server = Served::start(&folder, "");
        Client::new(&server.base, None).post("/v1/estimate", body.to_string()).text
    };
    let server = Served::start(&folder, &estimate);
    let load = |path: &str| Load {
        base: server.base.clone(),
        path: path.into(),
        keys: Vec::new(),
        body: body.to_string(),
        clients: CLIENTS,
        seconds: settings.seconds,
        requests_max: u64::MAX,
    };
    let loads = [load("/v1/estimate"), load("/constant"), load("/bare")];
    let mut rounds: [Vec<Answered>; 3] = Default::default();
    for _ in 0..settings.rounds {
        for (load, rounds) in loads.iter().zip(&mut rounds) {
            rounds.push(load.run());
        }
    }
    let [ours, constant, bare] = rounds.map(median);
    let ratio = 100.0 * ours.per_second() / constant.per_second();
    vec![
        row(format!("POST /v1/estimate, {name}"), format!("{:.0}/s", ours.per_second()), ""),
        row(format!("  a constant of {} bytes", estimate.len()), format!("{:.0}/s", constant.per_second()), ""),
        row("  the same without what all answers have", format!("{:.0}/s", bare.per_second()), ""),
        row("  estimates to constants", format!("{ratio:.0} %"), "at least 80 %"),
        row("  p99", format!("{:.1} ms", ours.p99_ms), ""),
    ]
}
