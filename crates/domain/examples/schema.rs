//! Writes the JSON Schema of `nightcap.yaml` to standard output:
//!
//! ```text
//! cargo run -p nightcap-domain --features schema --example schema > nightcap.schema.json
//! ```

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(nightcap_domain::config::schema::text().as_bytes())
}
