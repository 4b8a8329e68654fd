//! JSON in, JSON out: the rules without a server.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};

use pricetag::{Call, RateCard, Value};
use serde::Serialize;

use super::{Asked, Ended, Ending};

/// As over HTTP: 1 MiB a request.
const REQUEST_BYTES: usize = 1 << 20;

impl Asked {
    /// Answers what is on standard input.
    pub fn answer(&self, call: Call) -> Ended {
        let card = super::card(self.card.as_deref())?;
        let input = io::stdin();
        if input.is_terminal() {
            let _ = writeln!(anstream::stderr(), "reading JSON from the terminal; end it with Ctrl-D");
        }
        if self.lines {
            answer_lines(&card, call, BufReader::new(input.lock()), io::stdout().lock())
        } else {
            self.answer_one(&card, call, input.lock(), io::stdout().lock())
        }
    }

    fn answer_one(&self, card: &RateCard, call: Call, input: impl Read, mut output: impl Write) -> Ended {
        let mut request = Vec::new();
        input.take(limit_and_one()).read_to_end(&mut request)?;
        if request.trim_ascii().is_empty() {
            return Err(
                format!("there is nothing on standard input; `{}` needs a JSON request there", call.as_str()).into()
            );
        }
        let (answer, ending) = answer(card, call, &request);
        if self.pretty {
            serde_json::to_writer_pretty(&mut output, &answer)?;
        } else {
            serde_json::to_writer(&mut output, &answer)?;
        }
        writeln!(output)?;
        output.flush()?;
        Ok(ending)
    }
}

/// Answers line by line. Answers are written out when no whole request is waiting: a program that asks and waits gets
/// each answer at once, and a long file is not written a line at a time.
fn answer_lines(card: &RateCard, call: Call, mut input: BufReader<impl Read>, output: impl Write) -> Ended {
    let mut output = io::BufWriter::new(output);
    let mut all = Ending::Answered;
    let mut line = Vec::new();
    let mut lines = 0_u64;
    loop {
        line.clear();
        if input.by_ref().take(limit_and_one()).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        lines += 1;
        if line.len() > REQUEST_BYTES && line.last() != Some(&b'\n') {
            input.skip_until(b'\n')?;
        }
        let (answer, ending) = answer(card, call, &line);
        serde_json::to_writer(&mut output, &answer)?;
        writeln!(output)?;
        if matches!(ending, Ending::WithFaults) {
            all = Ending::WithFaults;
        }
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
    }
    output.flush()?;
    if lines == 0 {
        return Err("there is nothing on standard input; `--lines` needs one JSON request a line".into());
    }
    Ok(all)
}

const fn limit_and_one() -> u64 {
    REQUEST_BYTES as u64 + 1
}

/// What is answered to one request: the answer, or `{"errors": [...]}`.
#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Answer(Box<pricetag::Answer>),
    Faults(pricetag::Faults),
    Unread { errors: [Unread; 1] },
}

/// A request that could not be read at all, in the form of the faults of one that could.
#[derive(Serialize)]
struct Unread {
    code: &'static str,
    path: &'static str,
    message: String,
}

fn answer(card: &RateCard, call: Call, request: &[u8]) -> (Line, Ending) {
    if request.len() > REQUEST_BYTES {
        return unread("body-too-large", format!("a request has at most {REQUEST_BYTES} bytes"));
    }
    match serde_json::from_slice::<Value>(request) {
        Err(error) => unread("malformed-body", error.to_string()),
        Ok(request) => match card.answer(call, &request) {
            Ok(answer) => (Line::Answer(Box::new(answer)), Ending::Answered),
            Err(faults) => (Line::Faults(faults), Ending::WithFaults),
        },
    }
}

fn unread(code: &'static str, message: String) -> (Line, Ending) {
    (Line::Unread { errors: [Unread { code, path: "", message }] }, Ending::WithFaults)
}
