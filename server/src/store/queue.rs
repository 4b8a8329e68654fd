//! The way to a writer: operations that wait, and who waits for their answers.

use tokio::sync::{mpsc, oneshot};

use super::{Answer, Operation, StoreFault};

/// Operations that may wait for a writer. Beyond that a client is told that the server is busy.
pub const QUEUE: usize = 1_024;

pub struct Job {
    pub operation: Operation,
    /// The request that it is for, by whose id the log tells what became of it.
    pub request: tracing::Span,
    pub answer: oneshot::Sender<Result<Answer, StoreFault>>,
}

/// What is queued by now, the first included, up to a full batch.
pub fn take(first: Job, queue: &mut mpsc::Receiver<Job>, batch: usize) -> Vec<Job> {
    let mut jobs = vec![first];
    while jobs.len() < batch {
        let Ok(next) = queue.try_recv() else { break };
        jobs.push(next);
    }
    metrics::histogram!("pricetag_commit_operations").record(u32::try_from(jobs.len()).unwrap_or(u32::MAX));
    jobs
}

/// Answers everybody who waits. A client that hung up has no need of it: the same idempotency key finds the answer.
pub fn answer(jobs: Vec<Job>, answers: Vec<Result<Answer, StoreFault>>) {
    let mut lost = jobs.iter().zip(&answers).filter_map(|(job, answer)| Some((job, answer.as_ref().err()?)));
    if let Some((job, fault)) = lost.next() {
        // A fault of several requests is one line, by the id of the first.
        let operations = 1 + lost.count();
        job.request.in_scope(|| tracing::error!(%fault, operations, "a transaction was lost"));
    }
    for (job, answer) in jobs.into_iter().zip(answers) {
        let _ = job.answer.send(answer);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use tokio::sync::oneshot;

    use super::{Answer, Job, Operation, StoreFault, answer};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_fault_of_many_requests_is_one_line_with_their_number_and_the_id_of_the_first() {
        let log = Log::default();
        let writer = log.clone();
        let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(lines, || {
            let jobs = ["well", "first", "second", "third"].map(|id| Job {
                operation: Operation::Probe,
                request: tracing::error_span!("request", id),
                answer: oneshot::channel().0,
            });
            let lost = || Err(StoreFault::Unavailable("it is gone".into()));
            answer(jobs.into(), vec![Ok(Answer::Done), lost(), lost(), lost()]);
        });
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(log.lines().count(), 1, "{log}");
        for part in ["request{id=\"first\"}", "it is gone", "operations=3"] {
            assert!(log.contains(part), "{part}: {log}");
        }
    }
}
