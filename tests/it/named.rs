//! What was promised has a test: cases by their number, criteria by the name in `docs/criteria.md`.

use std::collections::BTreeSet;
use std::fs;

use crate::tidy::{File, files, root, rust};

/// The faults of other products that were tried on this one; what each is stands at its tests.
const CASES: [&str; 25] = [
    "c01", "c02", "c04", "c05", "c07", "c12", "c13", "c15", "c17", "c18", "c19", "c22", "c25", "c28", "c29", "c30",
    "c32", "c33", "c41", "c42", "c46", "c48", "c50", "c52", "c54",
];

/// The names of all tests.
fn tests(rust: &[File]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for file in rust {
        let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
        for (at, line) in lines.iter().enumerate() {
            let is_test = lines[at.saturating_sub(4)..at].iter().any(|line| line.ends_with("test]"));
            let name = line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn "));
            found.extend(name.filter(|_| is_test).and_then(|name| name.split('(').next()));
        }
    }
    found
}

#[test]
fn every_case_has_a_test_with_its_number() {
    let rust = rust();
    let tests = tests(&rust);
    let has_test = |case: &str| {
        tests.iter().any(|name| name.split('_').take_while(|part| part.starts_with('c')).any(|part| part == case))
    };
    assert!(!has_test("c99"), "the rule finds what is not there");
    let missing: Vec<&str> = CASES.into_iter().filter(|case| !has_test(case)).collect();
    assert!(missing.is_empty(), "no test is named after {missing:?}");
}

/// The ids of criteria that a text speaks of.
fn ids(text: &str) -> BTreeSet<String> {
    const KINDS: [&str; 13] =
        ["FOC", "BACK", "KEY", "LAY", "LOAD", "NET", "TIME", "SCR", "IDLE", "PUR", "PIN", "ACC", "A11Y"];
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let is_id = |word: &&str| {
        let (kind, number) = word.split_once('-').unwrap_or_default();
        KINDS.contains(&kind) && !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
    };
    words.filter(is_id).map(str::to_owned).collect()
}

#[test]
fn every_criterion_has_a_test_that_is_there() {
    let table = fs::read_to_string(root().join("docs/criteria.md")).expect("the criteria can be read");
    let rust = rust();
    let tests = tests(&rust);
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let (mut listed, mut wrong) = (BTreeSet::new(), Vec::new());
    // Below the heading.
    for row in rows.iter().skip(1) {
        let [_, id, what, test, _] = row[..] else { panic!("a row has three cells: {row:?}") };
        listed.insert(id.to_owned());
        let name = test.trim_matches('`');
        let is_elsewhere =
            test.starts_with("box lab: ") || test.starts_with("benches/") || name.starts_with("emulator ");
        if what.is_empty() || !(is_elsewhere || tests.contains(name)) {
            wrong.push(format!("{id}: {test}"));
        }
    }
    assert!(wrong.is_empty(), "no such test: {wrong:?}");
    let sources = rust.into_iter().chain(files("ui", "slint"));
    let spoken_of: BTreeSet<String> = sources.flat_map(|file| ids(&file.text)).collect();
    let unlisted: Vec<&String> = spoken_of.difference(&listed).collect();
    assert!(unlisted.is_empty(), "docs/criteria.md does not list {unlisted:?}");
    assert!(listed.len() > 75, "{} criteria", listed.len());
}
