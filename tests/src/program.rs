//! Programs that tests start: where they are, and what of this environment they see.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Takes this environment away from a program but for what any program needs: no profile,
/// credential or proxy of whoever runs the tests can lead it to a real account.
pub fn environment(command: &mut Command) -> &mut Command {
    command.env_clear();
    for name in ["PATH", "TMPDIR", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE"] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    // No credentials are looked for on the network.
    command.env("AWS_EC2_METADATA_DISABLED", "true")
}

/// The Python that has the embedded AWS's requirements.
pub(crate) fn python() -> PathBuf {
    let python = env::var_os("NIGHTCAP_PYTHON")
        .map_or_else(|| root().join(".venv/bin/python"), PathBuf::from);
    assert!(
        python.exists(),
        "{} does not exist: run `make venv` once, or let NIGHTCAP_PYTHON name a Python that has tests/requirements.txt",
        python.display()
    );
    python
}
