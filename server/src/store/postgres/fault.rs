//! What an error of PostgreSQL means to an operation.

use tokio_postgres::{Error, error::SqlState};

use crate::store::StoreFault;

impl From<Error> for StoreFault {
    fn from(error: Error) -> Self {
        let Some(found) = error.as_db_error() else { return Self::Unavailable(said(&error)) };
        let reason = format!("{} ({})", found.message(), found.code().code());
        let code = found.code();
        match code.code().get(..2).unwrap_or_default() {
            // Serialization failures, deadlocks, and a unique key that another server was faster with.
            "40" => Self::Conflict(reason),
            _ if [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE].contains(code) => Self::Conflict(reason),
            _ if *code == SqlState::LOCK_NOT_AVAILABLE => Self::Locked,
            _ if *code == SqlState::QUERY_CANCELED => Self::TooLong,
            _ if *code == SqlState::DISK_FULL => Self::Full,
            // What an operation brought along does not fit: a constraint, a value, a limit.
            "21" | "22" | "23" | "54" => Self::Rejected(reason),
            _ => Self::Unavailable(reason),
        }
    }
}

/// An error with its cause, which the client's own text leaves out.
fn said(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}
