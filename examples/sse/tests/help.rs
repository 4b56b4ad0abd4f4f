//! The tool explains itself: its help names every subcommand and option, the exit statuses and an example.

mod common;

use common::{SAMPLE, is_harmless, output_of, run, stderr, stdout};

#[test]
fn help_names_every_subcommand_and_option() {
    for (args, names) in [
        (
            &["--help"][..],
            &["inspect", "encode", "help", "--version", "sse inspect examples/data/sample.sse"][..],
        ),
        (
            &["inspect", "--help"],
            &[
                "FILE",
                "`-`",
                "--flush-at-end",
                "--chunk <N>",
                "--limit <N>",
                "\"error\"",
                "curl -sN",
                "sse inspect -",
            ],
        ),
        (
            &["encode", "--help"],
            &["[FILE]...", "`-`", "\"error\"", "| sse encode\n", "monday.jsonl tuesday.jsonl"],
        ),
    ] {
        let help = output_of(args, "");
        for name in names {
            assert!(help.contains(name), "{args:?}: {name} is missing in:\n{help}");
        }
        for status in ["Exit status:\n  0  done", "\n  2  wrong use"] {
            assert!(help.contains(status), "{args:?}: {status} is missing in:\n{help}");
        }
        assert!(help.contains("Example"), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{args:?} is too wide:\n{help}");
        assert!(is_harmless(&help));
    }
    let help = output_of(&["encode", "--help"], "");
    assert!(!help.contains("--chunk"), "an option of the other subcommand");
}

#[test]
fn no_arguments_show_the_help_as_an_error() {
    let output = run::<&str>(&[], "");
    assert_eq!((stdout(&output), output.status.code()), ("", Some(2)));
    assert_eq!(stderr(&output), output_of(&["--help"], ""));
}

#[test]
fn a_subcommand_that_is_none_is_named() {
    for args in [&["inspct", SAMPLE][..], &[SAMPLE], &["--encode"], &["--chunk", "1", "inspect", SAMPLE]] {
        let output = run(args, "");
        assert_eq!((stdout(&output), output.status.code()), ("", Some(2)), "{args:?}");
        assert!(stderr(&output).contains(args[0]), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("--help"), "{args:?}: {}", stderr(&output));
    }
}
