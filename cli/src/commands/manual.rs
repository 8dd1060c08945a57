//! `nightcap completions` and `nightcap man`.

use std::io;

use anyhow::{Context, anyhow};
use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;
use crate::output::{Ending, Usage};

pub(crate) fn completions(shell: Shell) -> Ending {
    clap_complete::generate(shell, &mut Args::command(), "nightcap", &mut io::stdout());
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
    clap_mangen::Man::new(command)
        .title(title)
        .render(&mut io::stdout())
        .context("the page could not be written")?;
    Ok(Ending::Fine)
}
