//! What comes into the program from others: its licences, quickly and always. `cargo deny` knows more.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// The licences that `deny.toml` allows: one list for both checks.
fn allowed() -> BTreeSet<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml");
    let text = std::fs::read_to_string(path).expect("deny.toml stands at the root");
    let list = text.split_once("allow = [").expect("it lists licences").1.split_once(']').expect("and ends the list").0;
    list.lines().filter_map(|line| line.trim().strip_prefix('"')?.split('"').next()).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met: `OR` binds weaker than `AND`, brackets bind strongest.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (is_met, rest) = any_of(&words, allowed);
    assert!(rest.is_empty(), "an expression of its own kind: {expression}");
    is_met
}

fn any_of<'a>(words: &'a [&'a str], allowed: &BTreeSet<String>) -> (bool, &'a [&'a str]) {
    let (mut is_met, mut rest) = all_of(words, allowed);
    while let ["OR", after @ ..] = rest {
        let (is_other_met, behind) = all_of(after, allowed);
        is_met |= is_other_met;
        rest = behind;
    }
    (is_met, rest)
}

fn all_of<'a>(words: &'a [&'a str], allowed: &BTreeSet<String>) -> (bool, &'a [&'a str]) {
    let (mut is_met, mut rest) = one(words, allowed);
    while let ["AND", after @ ..] = rest {
        let (is_other_met, behind) = one(after, allowed);
        is_met &= is_other_met;
        rest = behind;
    }
    (is_met, rest)
}

fn one<'a>(words: &'a [&'a str], allowed: &BTreeSet<String>) -> (bool, &'a [&'a str]) {
    match words {
        ["(", inner @ ..] => match any_of(inner, allowed) {
            (is_met, [")", rest @ ..]) => (is_met, rest),
            (is_met, rest) => (is_met, rest),
        },
        [license, "WITH", exception, rest @ ..] => (allowed.contains(&format!("{license} WITH {exception}")), rest),
        [license, rest @ ..] => (allowed.contains(*license), rest),
        [] => (false, words),
    }
}

#[test]
fn expressions_are_understood() {
    let allowed: BTreeSet<String> = ["MIT", "ISC", "A WITH B"].map(str::to_owned).into();
    for fine in ["MIT", "X OR MIT", "X/MIT", "(X OR MIT) AND ISC", "A WITH B OR X", "MIT AND ISC OR X"] {
        assert!(is_met(fine, &allowed), "{fine}");
    }
    for bad in ["X", "MIT AND X", "(X OR Y) AND MIT", "A", "X AND MIT OR Y"] {
        assert!(!is_met(bad, &allowed), "{bad}");
    }
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed_and_comes_from_the_registry() {
    // What another machine would build was never fetched here; all that comes into this build was.
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--all-features"])
        .args(["--filter-platform", &platform])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs the tests, so it is here");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo speaks JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "the whole tree is looked at");
    let allowed = allowed();
    let complaints: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let name = package["name"].as_str().unwrap_or("?");
            let license = package["license"].as_str().unwrap_or("no licence");
            let source = package["source"].as_str();
            let is_registry = source.is_none_or(|source| source.starts_with("registry+"));
            (!is_met(license, &allowed) || !is_registry).then(|| format!("{name}: {license}, from {source:?}"))
        })
        .collect();
    assert!(complaints.is_empty(), "deny.toml does not allow:\n{}", complaints.join("\n"));
}

/// What `.ci/run` closes with, and whether it succeeded, in a world where every tool is a stand-in: `denied` names the
/// steps of `cargo deny` and `git` that fail, `missing` the stage whose packages cannot be had.
fn closing_line(denied: &str, missing: &str) -> (String, bool) {
    let world = tempfile::tempdir().expect("a directory");
    let write = |path: &str, text: &str| {
        let path = world.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("is made");
        std::fs::write(&path, text).expect("is written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("is made a program");
    };
    write(".ci/run", include_str!("../../.ci/run"));
    // A test run closes with its result, a picture has some size, and a step that is denied fails.
    let stand_in = "#!/bin/bash\necho 'test result: ok.'\nwords=\"$*\"\n\
        while [ $# -gt 0 ]; do if [ \"$1\" = --screenshot ]; then head -c 60000 /dev/zero >\"$2\"; fi; shift; done\n\
        case \"$words\" in $DENIED) exit 1 ;; esac\n";
    for tool in ["cargo", "cargo-deny", "git", "rustc", "cc"] {
        write(&format!("tools/{tool}"), stand_in);
    }
    for stage in [".ci/clients", ".ci/voice", ".ci/python", ".ci/contract", ".ci/cross", ".ci/deb", "tests/box/run"] {
        let status = if stage == missing { 75 } else { 0 };
        write(stage, &format!("#!/bin/bash\nexit {status}\n"));
    }
    let path = format!("{}:{}", world.path().join("tools").display(), std::env::var("PATH").expect("a path"));
    let run = Command::new("bash")
        .arg(world.path().join(".ci/run"))
        .env("PATH", path)
        .env("DENIED", if denied.is_empty() { "-" } else { denied })
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    (said.lines().last().unwrap_or_default().to_owned(), run.status.success())
}

/// Who reads the last line alone must not believe that something was looked at which was not.
#[test]
fn the_last_line_of_ci_names_what_was_not_looked_at() {
    for (denied, missing, skipped) in [
        ("", "", None),
        ("*ls-remote*", "", Some("advisories")),
        ("*fetch*", "", Some("advisories")),
        ("", ".ci/clients", Some("clients")),
        ("", ".ci/cross", Some("cross")),
        ("*ls-remote*", "tests/box/run", Some("advisories, lab, armv7")),
    ] {
        let (line, is_success) = closing_line(denied, missing);
        assert!(is_success, "{denied} {missing}: {line}");
        let begin = skipped
            .map_or("==> all passed in ".to_owned(), |names| format!("==> SKIPPED: {names}; all others passed in "));
        assert!(line.starts_with(&begin), "{denied} {missing}: {line}");
    }
    let (line, is_success) = closing_line("*check licenses*", "");
    assert!(!is_success && !line.contains("all passed"), "a weakness that was found is no skip: {line}");
    let (line, is_success) = closing_line("*advisories*", "");
    assert!(!is_success && !line.contains("passed in"), "{line}");
}
