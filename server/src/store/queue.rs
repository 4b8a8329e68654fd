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
