//! Charges on PostgreSQL beside `pgbench -N`: the same cluster, the same number of clients, in turns.

use super::{
    CLIENTS, Row, Settings, charges as load_of, engine::Ledger, median, postgres::Cluster, row, running::Server,
    sqlite::UNLIMITED,
};

/// As many rows as a small shop has customers: 100,000 of pgbench's accounts each.
const SCALE: usize = 10;

pub fn charges(settings: &Settings) -> Vec<Row> {
    let cluster = Cluster::start();
    let ledger = Ledger::on(&cluster);
    let server = Server::start_with(&ledger, &UNLIMITED);
    let load = load_of(&ledger, &server, CLIENTS, settings);
    let database = cluster.database();
    pgbench(&cluster, &["--initialize", "--quiet", &format!("--scale={SCALE}"), &cluster.url(&database)]);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..settings.rounds {
        ours.push(load.run());
        theirs.push(transactions_per_second(&cluster, &database, settings.seconds));
    }
    let ours = median(ours);
    theirs.sort_by(f64::total_cmp);
    let theirs = theirs[theirs.len() / 2];
    let ratio = ours.per_second() / theirs;
    vec![
        row("PostgreSQL: durable charges", format!("{:.0}/s", ours.per_second()), "at least pgbench -N"),
        row("  p50", format!("{:.1} ms", ours.p50_ms), ""),
        row("  p99", format!("{:.1} ms", ours.p99_ms), ""),
        row("  pgbench -N", format!("{theirs:.0}/s"), ""),
        row("  charges to pgbench's transactions", format!("{:.0} %", 100.0 * ratio), "at least 100 %"),
    ]
}

fn transactions_per_second(cluster: &Cluster, database: &str, seconds: f64) -> f64 {
    let said = pgbench(
        cluster,
        &[
            "--skip-some-updates",
            &format!("--client={CLIENTS}"),
            "--jobs=2",
            &format!("--time={}", seconds.ceil()),
            &cluster.url(database),
        ],
    );
    let line = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let figure = line.and_then(|line| line.split(' ').next()?.parse().ok());
    figure.unwrap_or_else(|| panic!("pgbench said no figure: {said}"))
}

fn pgbench(cluster: &Cluster, arguments: &[&str]) -> String {
    let output = cluster.command("pgbench").args(arguments).output().expect("pgbench runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
