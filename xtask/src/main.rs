//! Sets up, builds, serves, tests and benches Pricetag: `cargo xtask help`.

mod arguments;
mod bench;
mod build;
mod freshness;
mod prerequisites;
mod process;
mod screenshots;
mod serve;
mod test;
mod workspace;

use std::{env, process::ExitCode};

use arguments::Command;
use workspace::Workspace;

fn main() -> ExitCode {
    let command = match arguments::parse(env::args_os().skip(1)) {
        Ok(command) => command,
        Err(mistake) => {
            eprintln!("error: {mistake}\n\n{}", arguments::HELP);
            return ExitCode::from(2);
        }
    };
    let workspace = Workspace::find();
    let done = match command {
        Command::Help => {
            print!("{}", arguments::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Command::Build { part } => build::part(&workspace, part.as_deref()).map(|()| ExitCode::SUCCESS),
        Command::Serve { port } => serve::run(&workspace, port),
        Command::Test => test::run(&workspace),
        Command::Screenshots => screenshots::run(&workspace).map(|()| ExitCode::SUCCESS),
        Command::Bench { part } => bench::run(&workspace, part.as_deref()).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
