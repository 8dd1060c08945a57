//! `nightcap completions` and `nightcap man`.

use anyhow::{Context, anyhow};
use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;
use crate::output::{self, Ending, Usage};

pub(crate) fn completions(shell: Shell) -> Ending {
    // Into memory: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "nightcap", &mut script);
    output::write_bytes(&script);
    Ending::Fine
}

pub(crate) fn man(page: Option<&str>) -> anyhow::Result<Ending> {
    let mut whole = Args::command();
    whole.build();
    let (command, title) = match page {
        None => (whole, "nightcap".to_owned()),
        Some(name) => match whole.find_subcommand(name) {
            Some(page) => (page.clone(), format!("nightcap-{name}")),
            None => return Err(anyhow!(Usage(format!("there is no subcommand {name:?}")))),
        },
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(command)
        .title(title)
        .render(&mut roff)
        .context("the page could not be made")?;
    output::write_bytes(&roff);
    Ok(Ending::Fine)
}
