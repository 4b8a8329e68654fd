//! The one thread that writes: many operations, one transaction, one commit, and then the answers.

use std::thread::{self, JoinHandle};

use tokio::sync::mpsc;

use super::{Database, statements};
use crate::store::{
    Answer, Operation, StoreFault,
    book::{Needs, decide},
    queue::{Job, answer, take},
};

/// Starts the writer's thread. It ends when every handle on the queue is gone and the queue is empty, and gives the
/// database back: its connection must be the last one that ends, because a reader's would leave SQLite's log behind.
pub fn spawn(database: Database, jobs: mpsc::Receiver<Job>, batch: usize) -> JoinHandle<Option<Database>> {
    let write = move || Some(write(database, jobs, batch));
    let thread = thread::Builder::new().name("ledger-writer".into()).spawn(write);
    thread.expect("the system can start a thread")
}

fn write(mut database: Database, mut jobs: mpsc::Receiver<Job>, batch: usize) -> Database {
    while let Some(first) = jobs.blocking_recv() {
        let jobs = take(first, &mut jobs, batch);
        let operations: Vec<&Operation> = jobs.iter().map(|job| &job.operation).collect();
        let answers = database.commit_all(&operations);
        answer(jobs, answers);
    }
    database
}

impl Database {
    /// Runs operations in one transaction and commits once. Each answer is durable, or the operation did not happen.
    pub fn commit(&mut self, operations: &[Operation]) -> Vec<Result<Answer, StoreFault>> {
        self.commit_all(&operations.iter().collect::<Vec<_>>())
    }

    fn commit_all(&mut self, operations: &[&Operation]) -> Vec<Result<Answer, StoreFault>> {
        match self.transact(operations) {
            Ok(answers) => answers,
            // One of them is against a constraint. Alone, only that one fails.
            Err(fault) if fault.is_of_one() && operations.len() > 1 => {
                operations.iter().flat_map(|operation| self.commit_all(&[operation])).collect()
            }
            Err(fault) => operations.iter().map(|_| Err(fault.clone())).collect(),
        }
    }

    fn transact(&mut self, operations: &[&Operation]) -> Result<Vec<Result<Answer, StoreFault>>, StoreFault> {
        let clock = self.clock();
        // A transaction that is dropped without a commit is rolled back.
        let transaction = self.begin()?;
        let now = clock.now();
        let loaded = statements::load(&transaction, &Needs::of(operations.iter().copied()), now)?;
        let (answers, changes) = decide(loaded, operations.iter().copied())?;
        statements::write(&transaction, &changes)?;
        transaction.commit()?;
        Ok(answers)
    }
}
