//! Every bad input has its exact error, as a person sees it.
//!
//! The inputs are `config_bad/*.yaml`; review what they give in `snapshots/`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::{collections::BTreeSet, fs, path::Path};

use nightcap_domain::config::Config;

fn inputs() -> BTreeSet<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config_bad");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn every_bad_input_has_its_error() {
    let inputs = inputs();
    assert!(inputs.len() > 30, "the inputs are gone");
    for path in inputs {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let Err(errors) = Config::parse(&text) else {
            panic!("{name} is accepted");
        };
        assert!(errors.total() > 0);
        insta::assert_snapshot!(name, errors.render("nightcap.yaml", &text));
    }
}
