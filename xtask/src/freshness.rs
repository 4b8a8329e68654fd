//! Whether a result is newer than all that it was made from.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Folders inside a source folder from which nothing is made: results, and tests.
const NO_SOURCES: [&str; 4] = ["generated", "dist", "node_modules", "tests"];

/// True if every result is there and none is older than a source.
///
/// A source may be a folder: then all of it counts, and so does a file that was removed from it.
pub fn is_fresh(results: &[PathBuf], sources: &[PathBuf]) -> bool {
    let newest = sources
        .iter()
        .try_fold(SystemTime::UNIX_EPOCH, |newest, source| Ok::<_, io::Error>(newest.max(changed(source)?)));
    let oldest = results.iter().map(|result| fs::metadata(result)?.modified()).try_fold(
        None,
        |oldest: Option<SystemTime>, time| {
            let time = time?;
            Ok::<_, io::Error>(Some(oldest.map_or(time, |oldest| oldest.min(time))))
        },
    );
    match (oldest, newest) {
        (Ok(Some(oldest)), Ok(newest)) => oldest >= newest,
        _ => false,
    }
}

/// When a file, or anything in a folder, last changed.
fn changed(path: &Path) -> io::Result<SystemTime> {
    let found = fs::metadata(path)?;
    let mut newest = found.modified()?;
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if NO_SOURCES.iter().all(|name| entry.file_name() != *name) {
                newest = newest.max(changed(&entry.path())?);
            }
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{env, fs::File, time::Duration};

    /// Sets when a file changed, counted from a moment after everything that the test wrote.
    fn set(path: &Path, seconds: u64) {
        let later = SystemTime::now() + Duration::from_secs(1000 + seconds);
        File::options().read(true).open(path).unwrap().set_modified(later).unwrap();
    }

    #[test]
    fn a_result_is_fresh_until_a_source_changes() {
        let folder = env::temp_dir().join(format!("pricetag-freshness-{}", std::process::id()));
        let (source, result) = (folder.join("source"), folder.join("result"));
        let file = source.join("inner/file");
        fs::create_dir_all(source.join("inner")).unwrap();
        fs::write(&file, "").unwrap();
        let check = || is_fresh(std::slice::from_ref(&result), std::slice::from_ref(&source));
        assert!(!check(), "an absent result is not fresh");
        fs::write(&result, "").unwrap();
        set(&result, 10);
        assert!(check(), "nothing is newer");
        set(&file, 20);
        assert!(!check(), "a file inside is newer");
        set(&file, 0);
        assert!(check());
        set(&source.join("inner"), 20);
        assert!(!check(), "a file was added or removed");
        fs::remove_dir_all(&source).unwrap();
        assert!(!check(), "a source that is not there needs the step to say so");
        fs::remove_dir_all(&folder).unwrap();
    }
}
