//! What the figures were measured on.

use std::{fs, process::Command, thread};

pub fn description() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("", |(_, name)| name);
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or_default();
    let kibibytes: u64 = memory.trim().trim_end_matches(" kB").parse().unwrap_or(0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let disk = Command::new("df").args(["--output=source,fstype", env!("CARGO_TARGET_TMPDIR")]).output();
    let disk = disk.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let disk = disk.lines().nth(1).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "{cores} cores of {cpu}, {} GiB of memory, Linux {}, files on {disk}\nSQLite {} (WAL, synchronous=FULL), PostgreSQL with fsync and synchronous_commit",
        kibibytes.div_ceil(1 << 20),
        kernel.trim(),
        rusqlite::version()
    )
}
