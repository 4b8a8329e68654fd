//! Running other programs, with errors that name them.

use std::{
    fmt::Write as _,
    io::{self, Read, Write},
    process::{Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result, bail};

/// Runs a program to its end, its output going straight through.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| not_started(command))?;
    succeeded(command, status)
}

/// Runs a program and returns what it wrote to standard output.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| not_started(command))?;
    succeeded(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("`{}` did not write text", line(command)))
}

/// Runs a program, passes its standard output on as it comes, and returns that too.
pub fn follow(command: &mut Command) -> Result<(ExitStatus, String)> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| not_started(command))?;
    let mut source = child.stdout.take().expect("standard output is piped");
    let mut seen = Vec::new();
    let mut piece = [0; 8192];
    loop {
        let length = source.read(&mut piece)?;
        if length == 0 {
            break;
        }
        seen.extend_from_slice(&piece[..length]);
        io::stdout().write_all(&piece[..length])?;
        io::stdout().flush()?;
    }
    let status = child.wait()?;
    Ok((status, String::from_utf8_lossy(&seen).into_owned()))
}

/// Whether a program is there and says that it works.
pub fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{}` failed ({status})", line(command))
}

fn not_started(command: &Command) -> String {
    format!("`{}` could not be started", line(command))
}

fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        // Writing to a string cannot fail.
        let _ = write!(line, " {}", argument.to_string_lossy());
    }
    line
}
