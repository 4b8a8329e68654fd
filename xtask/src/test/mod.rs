//! Every check there is, each to its end whatever the one before found.

mod api;
mod checks;
mod counts;

use std::{
    fs,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{build, prerequisites, workspace::Workspace};
use checks::{CHECKS, Check, FORMATTING};
use counts::Counts;

/// What was run, what it found, and how long it took.
struct Finding {
    name: &'static str,
    counts: Counts,
    time: Duration,
}

pub fn run(workspace: &Workspace) -> Result<ExitCode> {
    let start = Instant::now();
    fs::create_dir_all(workspace.kept(""))?;
    let mut findings = Vec::new();
    let ready = prepare("prerequisites", &mut findings, || {
        prerequisites::for_building()?;
        prerequisites::for_testing()
    });
    if ready {
        findings.push(perform(&FORMATTING, workspace, true));
        let built = build(workspace, &mut findings);
        for check in &CHECKS {
            findings.push(perform(check, workspace, built));
        }
    }
    Ok(close(&findings, start.elapsed()))
}

/// Builds everything; a step that works is no test, one that fails is a failed one, and ends the build.
fn build(workspace: &Workspace, findings: &mut Vec<Finding>) -> bool {
    build::STEPS.iter().all(|(name, step)| prepare(name, findings, || step(workspace).map(drop)))
}

/// Does what the tests need; adds a finding only if that fails.
fn prepare(name: &'static str, findings: &mut Vec<Finding>, step: impl FnOnce() -> Result<()>) -> bool {
    println!("\n== {name}");
    let start = Instant::now();
    let done = step();
    let time = start.elapsed();
    if let Err(error) = &done {
        eprintln!("error: {error:#}");
        findings.push(Finding { name, counts: Counts::ONE_FAILED, time });
    } else {
        println!("   done in {:.1} s", time.as_secs_f64());
    }
    done.is_ok()
}

fn perform(check: &Check, workspace: &Workspace, built: bool) -> Finding {
    println!("\n== {}", check.name);
    let start = Instant::now();
    let found = if built || !check.needs_build { (check.run)(workspace) } else { not_built() };
    let counts = found.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        Counts::ONE_FAILED
    });
    let time = start.elapsed();
    println!("   {counts} in {:.1} s", time.as_secs_f64());
    Finding { name: check.name, counts, time }
}

fn not_built() -> Result<Counts> {
    bail!("it could not run, because the build failed")
}

/// Shows all findings again, and closes with the line that adds them up.
fn close(findings: &[Finding], time: Duration) -> ExitCode {
    println!("\n== summary");
    for Finding { name, counts, time } in findings {
        let mark = if counts.failed > 0 { "FAILED" } else { "ok" };
        println!("{mark:<7} {name:<44} {:>7.1} s  {counts}", time.as_secs_f64());
    }
    println!("{:<52} {:>7.1} s\n", "all", time.as_secs_f64());
    let sum: Counts = findings.iter().map(|finding| finding.counts).sum();
    println!("{sum}");
    // Without a single test that passed there was no test of anything.
    if sum.failed == 0 && sum.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
