//! A disk that is full, and a database that has become read-only: nothing is approved, and service comes back.

use std::{
    fs,
    io::Write,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use rusqlite::Connection;
use serde_json::Value;

use super::{
    audit::audit,
    engine::{Engine, Ledger, Opened},
    running::{Client, Folder, Server, nth_key, two_credits, wait_until},
};

const SCOPES: &str = "estimate,hold,read";

/// A small disk in memory, gone with the test.
struct Disk {
    place: PathBuf,
    _folder: Folder,
}

impl Disk {
    fn new(mebibytes: usize) -> Self {
        let folder = Folder::new();
        let place = folder.file("disk");
        fs::create_dir(&place).expect("a place for the disk");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "pricetag-test"])
            .arg(&place)
            .output()
            .expect("`mount` runs");
        let said = String::from_utf8_lossy(&mounted.stderr);
        assert!(mounted.status.success(), "a full disk needs the right to mount one (root, CAP_SYS_ADMIN): {said}");
        Self { place, _folder: folder }
    }

    /// Takes all the room that there is, in a file that is answered.
    fn fill(&self) -> PathBuf {
        let path = self.place.join("everything-else");
        let mut file = fs::File::create(&path).expect("a file on the disk");
        // Ever smaller pieces, so that not even a page is left.
        for length in [1 << 20, 1 << 12, 1] {
            let piece = vec![0; length];
            while file.write_all(&piece).is_ok() {}
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.place).status();
    }
}

/// Charges until one is refused, and answers how many were not, and the refusal.
fn charge_until_refused(client: &Client, body: &Value, first: usize) -> (usize, (u16, String)) {
    const LIMIT: usize = 10_000;
    for number in 0..LIMIT {
        let reply = client.charge(&nth_key(first + number), body);
        if reply.status != 201 {
            return (number, reply.problem());
        }
    }
    panic!("{LIMIT} charges were written without room")
}

#[test]
fn on_a_full_disk_nothing_is_approved_until_there_is_room_again() {
    let disk = Disk::new(16);
    let ledger = Ledger::at(&disk.place);
    let Opened { key, .. } = ledger.account("pro", 1_000_000_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    let mut charged = 0;
    for _ in 0..3 {
        let everything_else = disk.fill();
        let (before, problem) = charge_until_refused(&client, &body, charged);
        assert_eq!(problem, (507, "storage-full".into()));
        charged += before;
        for _ in 0..20 {
            assert_eq!(client.charge(&nth_key(charged), &body).status, 507, "nothing slips through");
        }
        assert_eq!(client.posted(), 1_000_000 - 2 * i64::try_from(charged).unwrap());
        fs::remove_file(everything_else).expect("room again");
        let reply = client.charge(&nth_key(charged), &body);
        assert_eq!((reply.status, reply.header("idempotency-replayed")), (201, ""), "{}", reply.text);
        charged += 1;
    }
    drop(server);
    assert_eq!(audit(&ledger).captures, charged);
}

/// SQLite takes a database whose header has a higher "write version" for one that it may only read.
fn set_read_only(path: &Path, read_only: bool) {
    const WRITE_VERSION_AT: u64 = 18;
    let wal = 2;
    // Into the file itself, not into the log beside it.
    let ledger = Connection::open(path).expect("the ledger");
    ledger.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
    let file = fs::OpenOptions::new().write(true).open(path).expect("the file");
    file.write_all_at(&[if read_only { 9 } else { wal }], WRITE_VERSION_AT).expect("a byte");
}

#[test]
fn a_sqlite_that_has_become_read_only_approves_nothing() {
    let ledger = Ledger::new(Engine::Sqlite);
    let Opened { key, .. } = ledger.account("pro", 1_000_000, SCOPES);
    let server = Server::start(&ledger);
    let body = server.client(&key).accepted(&two_credits());
    assert_eq!(server.client(&key).charge(&nth_key(1), &body).status, 201);
    set_read_only(&ledger.file(), true);
    for number in 2..10 {
        let reply = server.client(&key).charge(&nth_key(number), &body);
        assert_eq!(reply.problem(), (503, "unavailable".into()), "{}", reply.text);
    }
    assert_eq!(server.client(&key).posted(), 998);
    drop(server);
    // An open connection to such a file stays as it is, so this takes a new start.
    set_read_only(&ledger.file(), false);
    let server = Server::start(&ledger);
    assert_eq!(server.client(&key).charge(&nth_key(2), &body).status, 201);
    drop(server);
    assert_eq!(audit(&ledger).captures, 2);
}

#[test]
fn a_postgres_that_has_become_read_only_approves_nothing_until_it_takes_writes_again() {
    let ledger = Ledger::new(Engine::Postgres);
    let Opened { key, .. } = ledger.account("pro", 1_000_000, SCOPES);
    let server = Server::start(&ledger);
    let client = server.client(&key);
    let body = client.accepted(&two_credits());
    assert_eq!(client.charge(&nth_key(1), &body).status, 201);
    let (cluster, name) = ledger.postgres();
    let become_read_only = |value: &str| {
        cluster.sql("postgres", &format!("ALTER DATABASE {name} SET default_transaction_read_only = {value}"));
        // As after a failover: the connections that there are end.
        let ended = format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'");
        cluster.sql("postgres", &ended);
    };
    become_read_only("on");
    for number in 2..10 {
        let reply = client.charge(&nth_key(number), &body);
        assert_eq!(reply.problem(), (503, "unavailable".into()), "{}", reply.text);
    }
    become_read_only("off");
    let takes_writes = || client.charge(&nth_key(2), &body).status == 201;
    wait_until("service again", Duration::from_secs(5), takes_writes);
    assert_eq!(client.posted(), 996);
    drop(server);
    assert_eq!(audit(&ledger).captures, 2);
}
