//! `nightcap`: what the functions know and do, at a terminal.

mod args;
mod commands;
mod money_args;
mod output;
mod profile;
mod remedy;
mod source;
mod when;

use std::process::ExitCode;

use args::{Args, Command};
use clap::Parser;
use output::{BAD, Ending, eprintln};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(told) => return help_or_error(&told),
    };
    let ended = match &args.command {
        Command::Check(args) => commands::check::run(args).await,
        Command::Timeline(args) => commands::timeline::run(args).await,
        Command::Plan(args) => commands::plan::run(args).await,
        Command::Explain(args) => commands::explain::run(args).await,
        Command::Money(command) => commands::money::run(command).await,
        Command::Completions { shell } => Ok(commands::manual::completions(*shell)),
        Command::Hold(args) => commands::hold::run(args).await,
        Command::Release(args) => commands::release::run(args).await,
        Command::Holds(args) => commands::holds::run(args).await,
        Command::Man { page } => commands::manual::man(page.as_deref()),
    };
    output::flush();
    match ended {
        Ok(ending) => ending.into(),
        Err(error) => {
            eprintln!("{BAD}error:{BAD:#} {error:#}");
            match error.downcast_ref::<output::Usage>() {
                Some(_) => Ending::Usage.into(),
                None => Ending::Problem.into(),
            }
        }
    }
}

/// What clap has to say: help and the version, or what is wrong with the command line.
fn help_or_error(told: &clap::Error) -> ExitCode {
    let text = told.render();
    if told.use_stderr() {
        output::eprint!("{}", text.ansi());
        return Ending::Usage.into();
    }
    output::print!("{}", text.ansi());
    output::flush();
    Ending::Fine.into()
}
