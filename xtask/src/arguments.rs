//! What was typed after `cargo xtask`.

use lexopt::prelude::*;

/// Shown by `--help`, and after a mistake.
pub const HELP: &str = "\
Sets up, builds, tries and tests Pricetag. Steps that are up to date are skipped.

usage: cargo xtask <command>

  build [part]     build the module, the npm package (pkg/), the page and the server;
                   `module`, `package` or `page` builds that and what it needs
  serve            build, then serve the page and the API at http://127.0.0.1:8787
      --port <n>   another port
  test             build, then run every check there is; ends with `N passed, N failed`
  bench [part]     build, then run the benches: `native`, `server`, `package`, `page`, or all of
                   them; `package` writes its figures to docs/speed.md and README.md, `page`
                   to docs/page.md
  screenshots      build, then take the README's pictures of the page into docs/
  help             show this text

It needs Rust (rustup) and Node.js 20.19 or newer; `test` also needs Chromium, Firefox,
PostgreSQL and Python with venv, `bench` Chromium and PostgreSQL, `screenshots` Chromium.
They install these by themselves where they are root and there is apt. Whatever else is
missing is named with the command that installs it.
";

/// Where the page is, unless another port is asked for.
pub const DEFAULT_PORT: u16 = 8787;

/// One thing that can be asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Build { part: Option<String> },
    Serve { port: u16 },
    Test,
    Bench { part: Option<String> },
    Screenshots,
    Help,
}

/// Reads the arguments that follow the program's name.
pub fn parse<I>(arguments: I) -> Result<Command, lexopt::Error>
where
    I: IntoIterator,
    I::Item: Into<std::ffi::OsString>,
{
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut command = None;
    let mut chosen = None;
    let mut port = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Long("port") => port = Some(parser.value()?.parse::<u16>()?),
            Value(word) if command.is_none() => command = Some(word.string()?),
            Value(word) if chosen.is_none() && matches!(command.as_deref(), Some("build" | "bench")) => {
                chosen = Some(word.string()?);
            }
            other => return Err(other.unexpected()),
        }
    }
    let command = match command.as_deref() {
        None => return Err("a command is missing".into()),
        Some("build") => Command::Build { part: chosen },
        Some("serve") => Command::Serve { port: port.take().unwrap_or(DEFAULT_PORT) },
        Some("test") => Command::Test,
        Some("bench") => Command::Bench { part: chosen },
        Some("screenshots") => Command::Screenshots,
        Some("help") => Command::Help,
        Some(other) => return Err(format!("there is no command `{other}`").into()),
    };
    match port {
        Some(_) => Err("`--port` belongs to `serve`".into()),
        None => Ok(command),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_understood() {
        let rows: [(&[&str], Command); 11] = [
            (&["build"], Command::Build { part: None }),
            (&["build", "package"], Command::Build { part: Some("package".into()) }),
            (&["serve"], Command::Serve { port: 8787 }),
            (&["serve", "--port", "9000"], Command::Serve { port: 9000 }),
            (&["--port=0", "serve"], Command::Serve { port: 0 }),
            (&["test"], Command::Test),
            (&["bench"], Command::Bench { part: None }),
            (&["bench", "package"], Command::Bench { part: Some("package".into()) }),
            (&["screenshots"], Command::Screenshots),
            (&["help"], Command::Help),
            (&["serve", "-h"], Command::Help),
        ];
        for (arguments, expected) in rows {
            assert_eq!(parse(arguments).unwrap(), expected, "{arguments:?}");
        }
    }

    #[test]
    fn a_mistake_is_refused_and_named() {
        let rows: [(&[&str], &str); 9] = [
            (&[], "a command is missing"),
            (&["deploy"], "`deploy`"),
            (&["build", "--fast"], "--fast"),
            (&["build", "page", "test"], "test"),
            (&["bench", "native", "server"], "server"),
            (&["test", "page"], "page"),
            (&["test", "--port", "1"], "belongs to `serve`"),
            (&["serve", "--port"], "--port"),
            (&["serve", "--port", "65536"], "65536"),
        ];
        for (arguments, named) in rows {
            let message = parse(arguments).unwrap_err().to_string();
            assert!(message.contains(named), "{arguments:?}: {message}");
        }
    }
}
