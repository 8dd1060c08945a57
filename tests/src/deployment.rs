//! Nightcap deployed into the embedded AWS, in order or with faults.

use std::fs;
use std::process::{Command, Stdio};

use crate::EmbeddedAws;
use crate::program::{python, root};

/// Deploys Nightcap with this configuration and policy, and makes these faults (comma between
/// them): `tests/embedded_aws/deployment.py` has them.
pub fn deploy(aws: &EmbeddedAws, config: &str, policy: &str, faults: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (config_file, policy_file) = (folder.path().join("config"), folder.path().join("policy"));
    fs::write(&config_file, config).expect("a file");
    fs::write(&policy_file, policy).expect("a file");
    let made = Command::new(python())
        .args([
            "-m",
            "embedded_aws.deployment",
            "--endpoint",
            aws.endpoint(),
        ])
        .arg("--config")
        .arg(&config_file)
        .arg("--policy")
        .arg(&policy_file)
        .args(["--faults", faults])
        .env("PYTHONPATH", root().join("tests"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .output()
        .expect("Python starts");
    let errors = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "deploying failed:\n{errors}");
}
