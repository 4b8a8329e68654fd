//! A writer: a thread with a connection of its own.

use std::{
    collections::BTreeMap,
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::mpsc;
use tokio_postgres::Config;
use tracing::Instrument;

use super::{connection::Connection, statements};
use crate::store::{
    Answer, Operation, Settings, StoreFault,
    book::{Needs, decide},
    queue::{Job, answer, take},
};

/// How often a transaction is tried that others are in the way of.
const ATTEMPTS: u32 = 5;

type Answers = Vec<Result<Answer, StoreFault>>;

/// Starts a writer's thread. It ends when every handle on its queue is gone and the queue is empty.
pub fn spawn<T: Send + 'static>(
    number: usize,
    config: Config,
    jobs: mpsc::Receiver<Job>,
    settings: Settings,
) -> JoinHandle<Option<T>> {
    let write = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let writer = Writer { config, connection: None, settings };
        runtime.expect("the system can start a writer").block_on(writer.write(jobs));
        None
    };
    let thread = thread::Builder::new().name(format!("ledger-writer-{number}")).spawn(write);
    thread.expect("the system can start a thread")
}

struct Writer {
    config: Config,
    /// Opened when it is needed: after the database comes back, by the first operation.
    connection: Option<Connection>,
    settings: Settings,
}

impl Writer {
    async fn write(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.recv().await {
            let jobs = take(first, &mut jobs, self.settings.batch);
            let operations: Vec<&Operation> = jobs.iter().map(|job| &job.operation).collect();
            let committing = async {
                if self.settings.one_account {
                    self.commit_by_account(&operations).await
                } else {
                    self.commit(&operations).await
                }
            };
            // What is logged for a batch has the id of its first request.
            let answers = committing.instrument(jobs[0].request.clone()).await;
            answer(jobs, answers);
        }
    }

    /// Runs operations in one transaction. Each answer is durable, or the operation did not happen.
    async fn commit(&mut self, operations: &[&Operation]) -> Answers {
        match self.transact_again(operations).await {
            Ok(answers) => answers,
            // Somebody else holds an account, or a constraint is against an operation. Apart, only that one fails.
            Err(StoreFault::Locked) if count_accounts(operations) > 1 => self.commit_by_account(operations).await,
            Err(fault) if fault.is_of_one() && operations.len() > 1 => {
                let mut answers = Vec::with_capacity(operations.len());
                for operation in operations {
                    answers.extend(Box::pin(self.commit(&[operation])).await);
                }
                answers
            }
            Err(fault) => operations.iter().map(|_| Err(fault.clone())).collect(),
        }
    }

    async fn commit_by_account(&mut self, operations: &[&Operation]) -> Answers {
        let mut by_account: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (index, operation) in operations.iter().enumerate() {
            by_account.entry(operation.account_id()).or_default().push(index);
        }
        let mut answers: Vec<(usize, Result<Answer, StoreFault>)> = Vec::with_capacity(operations.len());
        for indices in by_account.into_values() {
            let own: Vec<&Operation> = indices.iter().map(|index| operations[*index]).collect();
            answers.extend(indices.into_iter().zip(Box::pin(self.commit(&own)).await));
        }
        answers.sort_by_key(|(index, _)| *index);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// Decides again when another server was faster, after a little while that differs from that of others.
    async fn transact_again(&mut self, operations: &[&Operation]) -> Result<Answers, StoreFault> {
        for attempt in 1.. {
            match self.transact(operations).await {
                Err(StoreFault::Conflict(reason)) if attempt < ATTEMPTS => {
                    tracing::info!(%reason, attempt, operations = operations.len(), "deciding again");
                    tokio::time::sleep(Duration::from_millis(u64::from(jitter_ms(attempt)))).await;
                }
                ended => return ended,
            }
        }
        unreachable!("the last attempt ends it")
    }

    async fn transact(&mut self, operations: &[&Operation]) -> Result<Answers, StoreFault> {
        let connection = match self.connection.take().filter(|connection| !connection.client.is_closed()) {
            Some(connection) => connection,
            None => Connection::open(&self.config).await?,
        };
        let ended = transact(&connection, operations).await;
        let keep = match &ended {
            Ok(_) => true,
            // The transaction may still be open.
            Err(fault) if fault.is_of_one() || *fault == StoreFault::Locked => {
                connection.client.batch_execute("ROLLBACK").await.is_ok()
            }
            // What is wrong may be the session itself: it could be read-only, or older than the schema.
            Err(_) => false,
        };
        self.connection = keep.then_some(connection);
        ended
    }
}

async fn transact(connection: &Connection, operations: &[&Operation]) -> Result<Answers, StoreFault> {
    let loaded = statements::load(connection, &Needs::of(operations.iter().copied())).await?;
    let (answers, changes) = decide(loaded, operations.iter().copied())?;
    // The statements of a transaction are many futures at once.
    Box::pin(statements::write(connection, &changes)).await?;
    Ok(answers)
}

fn count_accounts(operations: &[&Operation]) -> usize {
    operations.iter().map(|operation| operation.account_id()).collect::<std::collections::BTreeSet<_>>().len()
}

/// 1 to 16 ms for each attempt so far.
fn jitter_ms(attempt: u32) -> u32 {
    let mut byte = [0];
    // Without randomness the wait is the longest one, which is as good as any.
    let random = getrandom::fill(&mut byte).map_or(15, |()| u32::from(byte[0] % 16));
    attempt * (1 + random)
}
