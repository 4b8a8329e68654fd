//! The one thread that writes: many operations, one transaction, one commit, and then the answers.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{self, JoinHandle},
};

use tokio::sync::{mpsc, oneshot};

use super::{Answer, Database, Operation, StoreFault};

/// Operations in one transaction. More would make the first wait longer than the shared commit saves.
const BATCH: usize = 256;

pub struct Job {
    pub operation: Operation,
    pub answer: oneshot::Sender<Result<Answer, StoreFault>>,
}

/// The writer's thread. It ends when every [`super::Store`] is gone and the queue is empty.
pub struct Writer {
    thread: JoinHandle<()>,
}

impl Writer {
    pub fn spawn(database: Database, jobs: mpsc::Receiver<Job>) -> Self {
        let thread = thread::Builder::new().name("ledger-writer".into()).spawn(move || write(database, jobs));
        Self { thread: thread.expect("the system can start a thread") }
    }

    /// Waits until everything that was accepted is carried out.
    pub fn finish(self) {
        if self.thread.join().is_err() {
            tracing::error!("the ledger's writer ended with a panic");
        }
    }
}

fn write(mut database: Database, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut operations = vec![first.operation];
        let mut waiting = vec![first.answer];
        while operations.len() < BATCH {
            let Ok(next) = jobs.try_recv() else { break };
            operations.push(next.operation);
            waiting.push(next.answer);
        }
        let answers = database.commit(&operations);
        for (waiting, answer) in waiting.into_iter().zip(answers) {
            // A client that hung up has no need of the answer; the same idempotency key finds it.
            let _ = waiting.send(answer);
        }
    }
}

impl Database {
    /// Runs operations in one transaction and commits once. Each answer is durable, or the operation did not happen.
    ///
    /// An operation that fails is undone alone. When the transaction itself is lost, all of them failed.
    pub fn commit(&mut self, operations: &[Operation]) -> Vec<Result<Answer, StoreFault>> {
        self.transact(operations).unwrap_or_else(|fault| {
            tracing::error!(%fault, operations = operations.len(), "a transaction was lost");
            operations.iter().map(|_| Err(fault.clone())).collect()
        })
    }

    fn transact(&mut self, operations: &[Operation]) -> Result<Vec<Result<Answer, StoreFault>>, StoreFault> {
        let now = self.clock().now();
        // A transaction that is dropped without a commit is rolled back.
        let mut transaction = self.begin()?;
        let mut answers = Vec::with_capacity(operations.len());
        for operation in operations {
            let mut savepoint = transaction.savepoint()?;
            // A defect that a single plan brings out must not stop everybody's charges.
            let applied = catch_unwind(AssertUnwindSafe(|| super::ledger::apply(&savepoint, operation, now)))
                .unwrap_or_else(|_| Err(StoreFault::Unavailable("the operation met a defect".into())));
            if let Err(fault) = &applied {
                tracing::error!(%fault, "an operation failed");
                // SQLite ends the whole transaction by itself when the disk is full or fails.
                if savepoint.is_autocommit() {
                    return Err(fault.clone());
                }
                savepoint.rollback()?;
            }
            savepoint.commit()?;
            answers.push(applied);
        }
        transaction.commit()?;
        Ok(answers)
    }
}
