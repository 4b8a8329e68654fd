//! A real PostgreSQL for tests: a cluster in a folder of its own, with `fsync` on, stopped whatever becomes of the test.

use std::{
    env, fs,
    io::Write,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU16, AtomicU64, Ordering},
    },
};

const MISSING: &str = "PostgreSQL is missing: apt-get install -y postgresql";
const PASSWORD: &str = "a-password-of-the-tests";

/// A running cluster. A process of its own keeps it, and stops it when this process ends, in whatever way it does.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    user: Option<(u32, u32)>,
    keeper: Child,
    kept: Option<ChildStdin>,
}

impl Cluster {
    /// The cluster that the tests of this process share, each with a database of its own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A cluster for a test that stops it.
    pub fn start() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let programs = programs();
        let name = format!("pricetag-postgres-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder); // left by an earlier process of the same number
        fs::create_dir(&folder).expect("a folder for the cluster");
        let user = unprivileged();
        if let Some((user, group)) = user {
            chown(&folder, Some(user), Some(group)).expect("a folder that PostgreSQL's user owns");
        }
        let (keeper, kept) = keep(&programs, &folder, user);
        let cluster = Self { programs, folder, port: free_port(), user, keeper, kept: Some(kept) };
        cluster.initialize();
        cluster.resume();
        cluster.sql("postgres", &format!("CREATE ROLE pricetag LOGIN NOSUPERUSER PASSWORD '{PASSWORD}'"));
        cluster
    }

    fn initialize(&self) {
        self.run(
            self.command("initdb")
                .args(["--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"])
                .args(["--auth-local=trust", "--auth-host=scram-sha-256", "--pgdata"])
                .arg(self.data()),
        );
        let mut settings =
            fs::OpenOptions::new().append(true).open(self.data().join("postgresql.conf")).expect("settings");
        write!(
            settings,
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\nfsync = on\n\
             synchronous_commit = on\nmax_connections = 100\n",
            self.port,
            self.folder.display()
        )
        .expect("settings are written");
    }

    /// Starts it, again after a [`Self::stop`]; it takes connections when this returns.
    pub fn resume(&self) {
        let log = self.folder.join("log");
        self.run(
            self.command("pg_ctl")
                .args(["start", "--wait", "--silent", "--log"])
                .arg(log)
                .arg("--pgdata")
                .arg(self.data()),
        );
    }

    /// Stops it as a crash would: no connection is ended in good order, and the next start recovers.
    pub fn stop(&self) {
        self.run(
            self.command("pg_ctl")
                .args(["stop", "--wait", "--silent", "--mode=immediate", "--pgdata"])
                .arg(self.data()),
        );
    }

    /// A new database, owned by the server's role.
    pub fn database(&self) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("ledger_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} OWNER pricetag"));
        name
    }

    /// Where a server finds a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://pricetag:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs SQL as the superuser: rows of lines, fields parted by tabulators.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(database, sql).unwrap_or_else(|error| panic!("{error}: {sql}"))
    }

    pub fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        said(&self.psql(database).args(["--command", sql]).output().expect("psql runs"))
    }

    /// Runs SQL as the server's own role.
    pub fn try_sql_as_server(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut psql = self.command("psql");
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
            &self.url(database),
            "--command",
            sql,
        ]);
        said(&psql.output().expect("psql runs"))
    }

    /// A session that stays open with what it has locked, until it is dropped.
    pub fn session(&self, database: &str, sql: &str) -> Session {
        let mut psql = self.psql(database);
        let mut process = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("psql runs");
        let mut input = process.stdin.take().expect("its standard input");
        writeln!(input, "{sql};\n\\echo ready").expect("SQL is sent");
        let mut output = std::io::BufReader::new(process.stdout.take().expect("its standard output"));
        let mut line = String::new();
        while line.trim() != "ready" {
            line.clear();
            let read = std::io::BufRead::read_line(&mut output, &mut line).expect("what psql says");
            assert!(read > 0, "psql ended before `{sql}` was done");
        }
        Session { process, input: Some(input) }
    }

    /// The folder of the programs that belong to it, such as pgbench.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(&self.folder).stdin(Stdio::null());
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group).env("HOME", &self.folder);
        }
        command
    }

    fn psql(&self, database: &str) -> Command {
        let mut psql = self.command("psql");
        psql.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\t"])
            .args(["--set=ON_ERROR_STOP=1", "--username=postgres", "--dbname", database])
            .arg(format!("--port={}", self.port))
            .arg(format!("--host={}", self.folder.display()));
        psql
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn run(&self, command: &mut Command) {
        // Not through a pipe: the server, which lives on, would keep it open.
        let status = command.stdout(Stdio::null()).status().expect("a program of PostgreSQL runs");
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(status.success(), "{command:?}: {status}\n{log}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kept.take(); // the keeper's sign
        let _ = self.keeper.wait();
    }
}

/// An open session of psql; its transaction ends with it.
pub struct Session {
    process: Child,
    input: Option<ChildStdin>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.input.take();
        let _ = self.process.wait();
    }
}

fn said(output: &Output) -> Result<String, String> {
    if output.status.success() {
        Ok(String::from_utf8(output.stdout.clone()).expect("text").trim_end().into())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().into())
    }
}

/// A process that waits for the end of this one and then stops the cluster and takes its folder away. It sees the end
/// because its standard input closes, which also happens when a test process is killed.
fn keep(programs: &Path, folder: &Path, user: Option<(u32, u32)>) -> (Child, ChildStdin) {
    let script = r#"trap '' INT TERM HUP; read -r _; "$1/pg_ctl" stop --silent --mode=immediate --pgdata "$2/data"; cd /; rm -rf "$2""#;
    let mut command = Command::new("sh");
    command.args(["-c", script, "keeper"]).arg(programs).arg(folder).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    let mut keeper = command.spawn().expect("a shell");
    let kept = keeper.stdin.take().expect("its standard input");
    (keeper, kept)
}

/// PostgreSQL refuses to run as root: then it runs as the user that Debian's package makes for it.
fn unprivileged() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().expect("`id` runs");
        String::from_utf8_lossy(&output.stdout).trim().parse::<u32>().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let user = id(&["-u", "postgres"]).unwrap_or_else(|| panic!("there is no user `postgres`; {MISSING}"));
    Some((user, id(&["-g", "postgres"]).expect("the user's group")))
}

/// The folder of initdb, pg_ctl, psql and pgbench: what pg_config says, then Debian's, then the search path.
fn programs() -> PathBuf {
    let mut folders = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|found| found.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort_by_key(|bin| std::cmp::Reverse(version_of(bin)));
    folders.extend(versions);
    folders.extend(env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default());
    let all = ["initdb", "pg_ctl", "psql"];
    let found = folders.into_iter().find(|folder| all.iter().all(|program| folder.join(program).is_file()));
    found.unwrap_or_else(|| panic!("{MISSING}"))
}

fn version_of(bin: &Path) -> u32 {
    let version = bin.parent().and_then(Path::file_name).unwrap_or_default();
    version.to_string_lossy().parse().unwrap_or(0)
}

/// A port below those that the system gives to outgoing connections: while the cluster is down, a client's own end
/// must not take its place.
fn free_port() -> u16 {
    const FIRST: u16 = 15_000;
    const PORTS: u16 = 10_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % u32::from(PORTS)).expect("a remainder of ports");
    (0..PORTS)
        .map(|_| FIRST + (start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed))) % PORTS)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}

#[test]
fn a_cluster_keeps_what_was_committed_through_a_crash() {
    let cluster = Cluster::start();
    let name = cluster.database();
    cluster.try_sql_as_server(&name, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)").unwrap();
    let session = cluster.session(&name, "BEGIN; INSERT INTO kept VALUES (8)");
    assert_eq!(cluster.sql(&name, "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"), "1");
    cluster.stop();
    assert!(cluster.try_sql(&name, "SELECT 1").is_err());
    cluster.resume();
    drop(session);
    assert_eq!(cluster.sql(&name, "SELECT id FROM kept"), "7");
    let folder = cluster.folder.clone();
    drop(cluster);
    assert!(!folder.exists());
}
