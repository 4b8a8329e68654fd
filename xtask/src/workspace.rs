//! Where everything is.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The repository on this machine.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// The repository that this program was built from.
    pub fn find() -> Workspace {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository").to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
            || root.join("target"),
            // A relative directory is meant from where `cargo` was called, which is this process's directory too.
            |directory| std::path::absolute(&directory).unwrap_or_else(|_| directory.into()),
        );
        Workspace { root, target }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder of the repository.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A file or folder among Cargo's own results.
    pub fn target(&self, name: &str) -> PathBuf {
        self.target.join(name)
    }

    /// A file or folder of this program's own, kept between runs.
    pub fn kept(&self, name: &str) -> PathBuf {
        self.target.join("xtask").join(name)
    }

    /// The script that starts a development tool installed by npm.
    pub fn tool(&self, script: &str) -> PathBuf {
        self.root.join("node_modules").join(script)
    }
}
