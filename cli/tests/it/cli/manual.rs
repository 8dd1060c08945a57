//! Help, completions, manual pages.

use crate::cli::nightcap::{run, terminals};

/// The subcommands that `nightcap --help` lists, without `help` itself.
fn subcommands() -> Vec<String> {
    let help = run(&["--help"]).stdout;
    let listed = help.split_once("Commands:\n").unwrap().1;
    let names = listed.lines().take_while(|line| !line.is_empty());
    let names: Vec<String> = names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect();
    assert!(names.len() >= 6, "{help}");
    names
}

#[test]
fn help_of_nightcap() {
    insta::assert_snapshot!(terminals(&[&["--help"]]));
    assert_eq!(run(&[]).code, 2, "no command is wrong usage");
    assert_eq!(
        run(&["--version"]).stdout,
        concat!("nightcap ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn help_of_every_subcommand_has_an_example() {
    for name in subcommands() {
        let terminal = terminals(&[&[&name, "--help"]]);
        assert!(terminal.contains("Example"), "{terminal}");
        insta::assert_snapshot!(format!("help_{name}"), terminal);
    }
}

#[test]
fn a_misspelt_subcommand_is_answered_with_the_nearest() {
    insta::assert_snapshot!(terminals(&[
        &["tmeline"],
        &["plan", "--day", "3"],
        &["plan", "--days", "0"]
    ]));
}

#[test]
fn completions_know_every_subcommand_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        for name in subcommands() {
            assert!(ran.stdout.contains(&name), "{shell}: {name}");
        }
        // Fish leaves the dashes out.
        assert!(ran.stdout.contains("schedule"), "{shell}");
    }
    assert_eq!(run(&["completions", "cmd"]).code, 2);
}

#[test]
fn every_manual_page_renders() {
    let page = run(&["man"]);
    assert!(page.stdout.contains(".TH nightcap 1"), "{}", page.stdout);
    for name in subcommands() {
        assert!(
            page.stdout.contains(&format!("nightcap\\-{name}(1)")),
            "{name}: {}",
            page.stdout
        );
        let ran = run(&["man", &name]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{name}");
        for part in [
            &format!(".TH nightcap-{name} 1"),
            ".SH SYNOPSIS",
            "nightcap",
        ] {
            assert!(
                ran.stdout.contains(part),
                "{name}: no {part} in\n{}",
                ran.stdout
            );
        }
    }
    insta::assert_snapshot!(terminals(&[&["man", "timelin"]]));
}
