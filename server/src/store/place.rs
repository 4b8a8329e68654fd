//! Where a ledger is: a file, or a PostgreSQL.

use std::{fmt, path::PathBuf};

use super::postgres;

#[derive(Clone)]
pub enum Place {
    File(PathBuf),
    Postgres(Box<postgres::Config>),
}

impl Place {
    /// A PostgreSQL when there is a URL, else the file.
    pub fn new(file: PathBuf, url: Option<&str>) -> Result<Self, OpenError> {
        match url {
            Some(url) => Ok(Self::Postgres(Box::new(postgres::config(url)?))),
            None => Ok(Self::File(file)),
        }
    }

    /// Whether a server would make the ledger's file.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::File(path) if !path.exists())
    }
}

impl fmt::Display for Place {
    /// For people: never with a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(config) => f.write_str(&postgres::described(config)),
        }
    }
}

/// Why a database cannot be opened, in words for the person who started the program.
#[derive(Debug)]
pub struct OpenError(pub String);

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OpenError {}
