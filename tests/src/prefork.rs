//! The process that forks embedded AWSs (`tests/embedded_aws/prefork.py`), one for all tests of a
//! checkout: importing moto takes seconds of processor time, a fork milliseconds. The first test
//! that needs it starts it; it ends by itself when nobody has asked for a while.

use std::fs::{self, File, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::patience::wait_for;
use crate::program::{python, root};

/// Several suites start at once on a machine that is busy compiling.
const START: Duration = Duration::from_mins(1);
const ANSWER: Duration = Duration::from_mins(1);

/// A connection to it: one request. What the request started ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Connection(BufReader<UnixStream>);

impl Connection {
    /// Sends a request and waits for its answer.
    pub(crate) fn ask(&mut self, request: &Value) -> Value {
        let stream = self.0.get_mut();
        stream.set_read_timeout(Some(ANSWER)).expect("a socket");
        writeln!(stream, "{request}").expect("the embedded AWS listens");
        let mut line = String::new();
        self.0
            .read_line(&mut line)
            .expect("the embedded AWS answers in time");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no answer but {line:?}"))
    }
}

/// Connects, starting the process if it does not run.
pub(crate) fn connect() -> Connection {
    let folder = folder();
    let socket = folder.join("socket");
    if let Ok(stream) = UnixStream::connect(&socket) {
        return Connection(BufReader::new(stream));
    }
    // One of the tests that find nobody starts it; the others wait for that one.
    let lock = File::create(folder.join("lock")).expect("a lock file");
    lock.lock().expect("a lock");
    if let Ok(stream) = UnixStream::connect(&socket) {
        return Connection(BufReader::new(stream));
    }
    let log = folder.join("log");
    let written = File::create(&log).expect("a log");
    let mut process = Command::new(python())
        .args(["-m", "embedded_aws.prefork"])
        .arg(&socket)
        .env("PYTHONPATH", root().join("tests"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stdout(written.try_clone().expect("a log"))
        .stderr(written)
        // It outlives the test that starts it, and is no part of what a test runner ends with that.
        .process_group(0)
        .spawn()
        .expect("Python starts");
    let said = || fs::read_to_string(&log).unwrap_or_default();
    let stream = wait_for(START, || {
        let ended = process.try_wait().expect("its state");
        assert!(ended.is_none(), "{ended:?} at once:\n{}", said());
        UnixStream::connect(&socket).ok()
    });
    Connection(BufReader::new(stream.unwrap_or_else(|| {
        panic!("the embedded AWS does not answer:\n{}", said())
    })))
}

/// A folder of this user's alone, for this checkout and the present text of the embedded AWS: after
/// a change, another process serves. In the folder for temporary files, because the path of a Unix
/// socket may have about a hundred characters.
fn folder() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    python().hash(&mut hasher);
    fingerprint(&root().join("tests/embedded_aws"), &mut hasher);
    let folder = std::env::temp_dir().join(format!("nightcap-aws-{:016x}", hasher.finish()));
    // There already, where another test made it.
    let _ = fs::create_dir(&folder);
    let metadata = fs::symlink_metadata(&folder).expect("a folder for temporary files");
    let own = fs::metadata("/proc/self").map_or(metadata.uid(), |process| process.uid());
    assert!(
        metadata.is_dir() && metadata.uid() == own,
        "{} is somebody else's",
        folder.display()
    );
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("its permissions");
    folder
}

/// Names, sizes and times of all Python files beneath a folder.
fn fingerprint(folder: &Path, hasher: &mut DefaultHasher) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .expect("the embedded AWS")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        let metadata = fs::metadata(&path).expect("its metadata");
        if metadata.is_dir() {
            fingerprint(&path, hasher);
        } else if path
            .extension()
            .is_some_and(|end| end == "py" || end == "json")
        {
            (
                path,
                metadata.len(),
                metadata.mtime(),
                metadata.mtime_nsec(),
            )
                .hash(hasher);
        }
    }
}
