//! Durable charges on SQLite, with many and with one a commit, and what a long history costs.

use std::fs;

use super::{
    Row, Settings, charges as load_of,
    engine::{Engine, Ledger},
    load::Load,
    median, row,
    running::Server,
};

/// A million charges of one account are more than a day may store.
pub const UNLIMITED: [&str; 2] = ["--stored-bytes-per-day", "unlimited"];

pub fn charges(settings: &Settings) -> Vec<Row> {
    let (shared, single) = (Ledger::new(Engine::Sqlite), Ledger::new(Engine::Sqlite));
    let servers = [
        Server::start_with(&shared, &UNLIMITED),
        Server::start_with(&single, &[&UNLIMITED[..], &["--batch", "1"]].concat()),
    ];
    let loads = [
        load_of(&shared, &servers[0], super::CLIENTS, settings),
        load_of(&shared, &servers[0], 1, settings),
        load_of(&single, &servers[1], super::CLIENTS, settings),
    ];
    let mut rounds = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..settings.rounds {
        for (load, rounds) in loads.iter().zip(&mut rounds) {
            rounds.push(load.run());
        }
    }
    let [shared, one_account, single] = rounds.map(median);
    let figure = |per_second: f64| format!("{per_second:.0}/s");
    vec![
        row("SQLite: durable charges, all clients on one account", figure(one_account.per_second()), "at least 8000/s"),
        row("  p50", format!("{:.1} ms", one_account.p50_ms), ""),
        row("  p99", format!("{:.1} ms", one_account.p99_ms), "under 30 ms"),
        row("SQLite: durable charges, each client on its own account", figure(shared.per_second()), "at least 8000/s"),
        row("  p50", format!("{:.1} ms", shared.p50_ms), ""),
        row("  p99", format!("{:.1} ms", shared.p99_ms), "under 30 ms"),
        row("  with one commit a charge (--batch 1)", figure(single.per_second()), ""),
        row("  p99 of that", format!("{:.1} ms", single.p99_ms), ""),
    ]
}

/// Fills one account's history and looks at both ends: what a charge takes by itself, and what the server keeps.
pub fn history(settings: &Settings) -> Vec<Row> {
    let ledger = Ledger::new(Engine::Sqlite);
    let server = Server::start_with(&ledger, &UNLIMITED);
    let load = Load { seconds: f64::MAX / 4.0, ..load_of(&ledger, &server, 1, settings) };
    let load = Load { seconds: 86_400.0, ..load };
    let mut rows = Vec::new();
    let mut entries = 0;
    for wanted in [1_000, 100_000, 1_000_000].into_iter().filter(|wanted| *wanted <= settings.entries) {
        let missing = wanted - entries;
        Load { requests_max: missing, ..load.clone() }.run();
        let alone = Load { clients: 1, requests_max: 500, ..load.clone() }.run();
        entries = wanted + 500;
        let kept = resident_mebibytes(server.process.id());
        rows.push(row(
            format!("SQLite: a charge alone after {wanted} entries"),
            format!("{:.2} ms", alone.p50_ms),
            "does not grow",
        ));
        rows.push(row("  resident memory", format!("{kept:.1} MiB"), "under 100 MiB"));
    }
    rows
}

fn resident_mebibytes(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(f64::NAN);
    kibibytes / 1_024.0
}
