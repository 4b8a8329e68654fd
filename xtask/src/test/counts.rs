//! Reads from a test runner's output what really ran.

use std::{fmt, iter::Sum};

/// How many tests there were of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    pub const ONE_PASSED: Counts = Counts { passed: 1, failed: 0, skipped: 0 };
    pub const ONE_FAILED: Counts = Counts { passed: 0, failed: 1, skipped: 0 };
    const NONE: Counts = Counts { passed: 0, failed: 0, skipped: 0 };

    /// Adds a failure where the runner reports one that its figures don't show (it broke off,
    /// or did not compile), and where no test ran at all: neither may look like success.
    pub fn unless_hidden(mut self, succeeded: bool) -> Counts {
        if self.failed == 0 && (!succeeded || self.passed == 0) {
            self.failed = 1;
        }
        self
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Counts>>(all: I) -> Counts {
        all.fold(Counts::NONE, |sum, one| Counts {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            skipped: sum.skipped + one.skipped,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Adds up the closing lines of every test program that `cargo test` ran:
/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`.
pub fn of_cargo(output: &str) -> Counts {
    output
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("test result: "))
        .map(|result| Counts {
            passed: before(result, " passed"),
            failed: before(result, " failed"),
            skipped: before(result, " ignored"),
        })
        .sum()
}

/// The whole number that stands before a word, or 0.
fn before(text: &str, word: &str) -> u64 {
    text.find(word).and_then(|end| text[..end].rsplit([' ', '.', ';']).next()?.parse().ok()).unwrap_or(0)
}

/// Reads the closing lines of Node's TAP report: `# pass 3`, `# fail 0`, `# cancelled 0` and so on.
///
/// Node counts a file in which no test ran as one test, named like the file. That is not a test: it
/// becomes a failure, as does one marked `todo`, which Node lets fail without saying so.
pub fn of_node(report: &str) -> Counts {
    let closing = |name: &str| {
        let prefix = format!("# {name} ");
        report.lines().rev().find_map(|line| line.strip_prefix(&prefix)?.trim().parse::<u64>().ok()).unwrap_or(0)
    };
    let empty_files =
        report.lines().filter(|line| line.starts_with("ok ") && line.ends_with(".test.mjs")).count() as u64;
    Counts {
        passed: closing("pass").saturating_sub(empty_files),
        failed: closing("fail") + closing("cancelled") + closing("todo") + empty_files,
        skipped: closing("skipped"),
    }
}

/// Reads a `JUnit` report: the figures of its outermost element, of which an error is a failure too.
pub fn of_junit(report: &str) -> Counts {
    let Some(suites) = report.split_once("<testsuites ").and_then(|(_, rest)| rest.split('>').next()) else {
        return Counts::NONE;
    };
    let figure = |name: &str| {
        let value = suites.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split('"').next());
        value.and_then(|value| value.parse::<u64>().ok()).unwrap_or(0)
    };
    let (failed, skipped) = (figure("failures") + figure("errors"), figure("skipped"));
    Counts { passed: figure("tests").saturating_sub(failed + skipped), failed, skipped }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn cargo_closing_lines_are_added_up() {
        let rows = [
            ("", counts(0, 0, 0)),
            ("running 0 tests", counts(0, 0, 0)),
            (
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
                counts(3, 0, 1),
            ),
            (
                "test a ... ok\n\ntest result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.30s\n\
                 \ntest result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out; finished in 0.10s\n",
                counts(19, 2, 0),
            ),
            ("a test that prints 5 passed; 4 failed", counts(0, 0, 0)),
        ];
        for (output, expected) in rows {
            assert_eq!(of_cargo(output), expected, "{output:?}");
        }
    }

    #[test]
    fn nodes_closing_lines_are_read() {
        let rows = [
            ("", counts(0, 0, 0)),
            ("# pass 4\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n", counts(4, 0, 0)),
            ("# pass 4\n# fail 2\n# cancelled 1\n# skipped 3\n# todo 0\n", counts(4, 3, 3)),
            // What a test prints becomes a comment too; the closing lines are the last.
            ("# pass 77\n# tests 1\n# pass 1\n# fail 0\n", counts(1, 0, 0)),
            ("not ok 1 - later # TODO\n# pass 1\n# fail 0\n# todo 1\n", counts(1, 1, 0)),
            ("ok 1 - a\nok 2 - /folder/empty.test.mjs\n# pass 2\n# fail 0\n", counts(1, 1, 0)),
        ];
        for (report, expected) in rows {
            assert_eq!(of_node(report), expected, "{report:?}");
        }
    }

    #[test]
    fn a_junit_reports_figures_are_read() {
        let rows = [
            ("", counts(0, 0, 0)),
            (
                r#"<testsuites disabled="0" errors="0" failures="0" tests="31" time="8.1"></testsuites>"#,
                counts(31, 0, 0),
            ),
            (
                r#"<?xml?><testsuites errors="1" failures="2" skipped="3" tests="10"><testsuite tests="9">"#,
                counts(4, 3, 3),
            ),
        ];
        for (report, expected) in rows {
            assert_eq!(of_junit(report), expected, "{report:?}");
        }
    }

    #[test]
    fn a_run_that_broke_off_or_ran_nothing_counts_as_a_failure() {
        let rows = [
            (counts(3, 0, 0), true, counts(3, 0, 0)),
            (counts(3, 0, 0), false, counts(3, 1, 0)),
            (counts(3, 2, 0), false, counts(3, 2, 0)),
            (counts(0, 0, 0), true, counts(0, 1, 0)),
            (counts(0, 0, 4), true, counts(0, 1, 4)),
            (counts(0, 0, 0), false, counts(0, 1, 0)),
        ];
        for (found, succeeded, expected) in rows {
            assert_eq!(found.unless_hidden(succeeded), expected, "{found} {succeeded}");
        }
    }

    #[test]
    fn the_closing_line_mentions_skipped_tests_only_if_there_are_some() {
        assert_eq!(counts(5, 0, 0).to_string(), "5 passed, 0 failed");
        assert_eq!(counts(5, 1, 2).to_string(), "5 passed, 1 failed, 2 skipped");
    }
}
