//! The rules of the house that no compiler checks: who may know whom, and what may stand where.
//!
//! Each rule reads the source as text; comments and tests inside a file count where a rule says so.
//! An exception stands in the rule, with its reason.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the repository.
pub(crate) struct File {
    /// Its path from the root, with slashes.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

impl File {
    /// Its lines with their numbers, without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, without_comment(line)))
    }
}

/// The line up to a comment; the slashes of an address begin none.
fn without_comment(line: &str) -> &str {
    let start = line.match_indices("//").map(|(at, _)| at).find(|at| !line[..*at].ends_with(':'));
    line[..start.unwrap_or(line.len())].trim_end()
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with this extension, in order.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<File> {
    let mut folders = vec![root().join(folder)];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the repository's folders can be listed") {
            let path = entry.expect("and so can their entries").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let read = |path: PathBuf| File {
        text: fs::read_to_string(&path).expect("source files are text"),
        path: path.strip_prefix(root()).expect("they lie below the root").to_string_lossy().replace('\\', "/"),
    };
    let files: Vec<File> = paths.into_iter().map(read).collect();
    assert!(!files.is_empty(), "{folder} holds no .{extension} file: the rule would check nothing");
    files
}

/// Every Rust file of the package.
pub(crate) fn rust() -> Vec<File> {
    ["src", "tests", "benches", "examples"].into_iter().flat_map(|folder| files(folder, "rs")).collect()
}

/// The Rust files of these modules.
fn modules(names: &[&str]) -> Vec<File> {
    names.iter().flat_map(|name| files(&format!("src/{name}"), "rs")).collect()
}

/// Whether `word` stands in `line` as a whole word.
fn mentions(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !(before.is_some_and(is_part) || (after.is_some_and(is_part) && word.ends_with(is_part)))
    })
}

/// Fails with every place where code mentions one of these words.
#[track_caller]
fn assert_unmentioned(files: &[File], words: &[&str], rule: &str) {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in file.code() {
            for word in words.iter().filter(|word| mentions(line, word)) {
                found.push(format!("{}:{number}: {word}", file.path));
            }
        }
    }
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

/// Fails with every complaint.
#[track_caller]
fn assert_none(complaints: Vec<String>, rule: &str) {
    assert!(complaints.is_empty(), "{rule}:\n{}", complaints.join("\n"));
}

/// What reads the system's time.
const CLOCKS: &[&str] = &["SystemTime", "Instant::now", "Utc::now", "Local::now"];

#[test]
fn words_are_found_whole() {
    assert!(mentions("use std::fs;", "std::fs"));
    assert!(mentions("let at = Instant::now();", "Instant::now"));
    assert!(!mentions("let operand = 1;", "rand"));
    assert!(!mentions("use std::fsync;", "std::fs"));
    assert_eq!(without_comment("let a = \"http://b\"; // c"), "let a = \"http://b\";");
    assert_eq!(without_comment("/// doc"), "");
}

#[test]
fn pure_modules_do_not_touch_the_world() {
    let mut pure = modules(&["core", "domain", "input", "view"]);
    // `bind` is the one bridge to Slint.
    pure.retain(|file| !file.path.starts_with("src/view/bind/"));
    let mut words = vec![
        "std::time::Instant",
        "std::fs",
        "std::net",
        "std::thread",
        "std::env",
        "std::process",
        "rand",
        "getrandom",
        "tokio",
        "slint::",
        "println!",
        "eprintln!",
        "tracing",
    ];
    words.extend(CLOCKS);
    assert_unmentioned(&pure, &words, "core, domain, input and view are functions over values");
}

/// The modules that a box is made of.
const BOX: &[&str] = &[
    "api",
    "config",
    "core",
    "domain",
    "engine",
    "input",
    "platform",
    "player",
    "set_top_box",
    "shell",
    "storage",
    "view",
];

#[test]
fn modules_know_only_what_lies_below_them() {
    let mut all = BOX.to_vec();
    all.extend(["emulator", "sandbox"]);
    let below: [(&str, &[&str]); 10] = [
        ("domain", &[]),
        ("input", &[]),
        ("core", &["domain", "input"]),
        ("view", &["core", "domain", "input"]),
        ("api", &["domain"]),
        ("storage", &["api", "domain"]),
        ("player", &["api", "core", "domain", "logging"]),
        ("engine", &["api", "core", "domain", "input", "logging", "player", "storage"]),
        ("platform", &["input"]),
        ("sandbox", &[]),
    ];
    for (module, known) in below {
        let mut files = modules(&[module]);
        // Tests of the core look at its states with the viewer's eyes.
        files.retain(|file| !file.path.starts_with("src/core/tests/"));
        let strangers: Vec<String> = all
            .iter()
            .filter(|other| **other != module && !known.contains(other))
            .map(|other| format!("crate::{other}"))
            .collect();
        let strangers: Vec<&str> = strangers.iter().map(String::as_str).collect();
        assert_unmentioned(&files, &strangers, &format!("{module} knows {known:?} alone"));
    }
}

#[test]
fn the_box_does_not_know_the_emulator_or_the_sandbox() {
    let names = ["bonus_emulator", "bonus_sandbox", "bonus-emulator", "bonus-sandbox"];
    assert_unmentioned(&modules(BOX), &names, "the box contains neither");
}

#[test]
fn one_file_reads_the_clock() {
    let mut files = modules(BOX);
    let exceptions = [
        // The one reader.
        "src/engine/clock.rs",
        // Lives of tokens and spaces between retries are a matter of the connection; the core never sees them.
        "src/api/auth.rs",
        "src/api/retry.rs",
        // So is for how long an address family is left alone.
        "src/api/names.rs",
        // The age of files: only the file system's own stamps are compared.
        "src/storage/images.rs",
        // How long a picture on the disk is good for, asked on a worker thread where the clock is not.
        "src/shell/pictures.rs",
    ];
    for exception in exceptions {
        let file = files.iter().find(|file| file.path == exception).expect("an exception names a file");
        let is_needed = file.code().any(|(_, line)| CLOCKS.iter().any(|clock| mentions(line, clock)));
        assert!(is_needed, "{exception} is no exception any more: take it off the list");
    }
    files.retain(|file| !exceptions.contains(&file.path.as_str()) && !file.path.contains("/tests"));
    assert_unmentioned(&files, CLOCKS, "time is an argument");
}

/// The simulation, the walk, the kill test and the fleet run the engine that ships, not a twin of it.
#[test]
fn effects_are_carried_out_in_one_place() {
    let mut files = rust();
    // The fuzz doors carry out no effect: they draw what a hostile answer leads to.
    let exempt = ["src/engine/", "src/core/", "src/fuzzing.rs", "tests/it/tidy.rs"];
    files.retain(|file| !exempt.iter().any(|path| file.path.starts_with(path)));
    assert_unmentioned(&files, &["Effect::Call { id", "core::update", "App::new"], "the engine alone runs the core");
    let engine = modules(&["engine"]);
    assert_unmentioned(&engine, &["slint", "crate::view"], "the engine has no window");
}

#[test]
fn only_bind_knows_the_generated_types() {
    let mut files = rust();
    files.retain(|file| !file.path.starts_with("src/view/bind/") && file.path != "tests/it/tidy.rs");
    assert_unmentioned(&files, &["include_modules"], "view::bind alone knows generated types");
}

#[test]
fn lints_are_expected_and_never_allowed() {
    let mut found = Vec::new();
    for file in rust().iter().filter(|file| file.path != "tests/it/tidy.rs") {
        for (number, line) in file.code() {
            if line.contains("#[allow(") || line.contains("#![allow(") {
                found.push(format!("{}:{number}", file.path));
            }
        }
        for (at, _) in file.text.match_indices("#[expect(") {
            let attribute = &file.text[at..file.text[at..].find(")]").map_or(file.text.len(), |end| at + end)];
            if !attribute.contains("reason") {
                found.push(format!("{}: an expect without a reason", file.path));
            }
        }
    }
    assert_none(found, "a lint is expected with a reason, never allowed");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent = rust().into_iter().filter(|file| !file.text.starts_with("//!")).map(|file| file.path);
    assert_none(silent.collect(), "a file opens with its job");
}

#[test]
fn a_file_has_one_subject() {
    const MOST_LINES: usize = 500;
    // One struct for each screen and its parts, one name for each message: lists, read from the top to what one wants.
    const LISTS: &[&str] = &["src/view/message.rs", "src/view/model.rs"];
    let long = modules(&[""]).into_iter().filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > MOST_LINES && !LISTS.contains(&file.path.as_str())).then(|| format!("{}: {lines} lines", file.path))
    });
    assert_none(long.collect(), "a file has at most 500 lines");
}

/// The README is read whole by newcomers; everything else stands in docs/.
#[test]
fn the_readme_is_short() {
    const MOST_LINES: usize = 150;
    let lines = fs::read_to_string(root().join("README.md")).expect("there is a README").lines().count();
    assert!(lines <= MOST_LINES, "README.md has {lines} lines: at most {MOST_LINES}, the rest belongs into docs/");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("it is a text of the repository");
    let mut documents = files("docs", "md");
    for path in ["README.md", "SECURITY.md"] {
        documents.push(File { path: path.to_owned(), text: read(path) });
    }
    let mut broken = Vec::new();
    for document in &documents {
        let folder = root().join(&document.path).parent().map(Path::to_owned).unwrap_or_default();
        for link in document.text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !link.is_empty() && !link.starts_with("http") && !folder.join(link).exists() {
                broken.push(format!("{}: {link}", document.path));
            }
        }
    }
    assert_none(broken, "a link leads to a file that is not there");
    let index = read("docs/README.md");
    let missing = documents.iter().filter_map(|document| document.path.strip_prefix("docs/"));
    let missing = missing.filter(|name| *name != "README.md" && !index.contains(&format!("({name})")));
    assert_none(missing.map(str::to_owned).collect(), "docs/README.md lists every document");
}

#[test]
fn a_to_do_has_an_issue() {
    let mut found = Vec::new();
    for file in rust().iter().chain(&files("ui", "slint")).filter(|file| file.path != "tests/it/tidy.rs") {
        for (index, line) in file.text.lines().enumerate() {
            let marks = ["TODO", "FIXME", "HACK"];
            if marks.iter().any(|mark| mentions(line, mark) && !line.contains(&format!("{mark}(#"))) {
                found.push(format!("{}:{}", file.path, index + 1));
            }
        }
    }
    assert_none(found, "a to-do is written TODO(#12)");
}

#[test]
fn colours_and_lengths_come_from_the_theme() {
    let mut found = Vec::new();
    for file in files("ui", "slint").iter().filter(|file| !file.path.starts_with("ui/theme/")) {
        for (number, line) in file.code() {
            let has_colour = line.match_indices('#').any(|(at, _)| {
                let digits = line[at + 1..].chars().take_while(char::is_ascii_hexdigit).count();
                matches!(digits, 3 | 4 | 6 | 8)
            }) || ["rgb(", "rgba(", "hsv("].iter().any(|function| line.contains(function));
            let has_length = line.match_indices("px").any(|(at, _)| {
                let is_whole = !line[at + 2..].starts_with(|next: char| next.is_alphanumeric() || next == '-');
                let number: String = line[..at].chars().rev().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                is_whole && !number.is_empty() && number != "0"
            });
            if has_colour || has_length {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none(found, "a colour or a length outside ui/theme");
}

/// Slint forgets that a drawn `Text` depends on its words (C54, docs/toolkit.md).
#[test]
fn c54_every_text_is_drawn_again_when_its_words_change() {
    let mut found = Vec::new();
    for file in files("ui", "slint").iter().filter(|file| file.path != "ui/components/words.slint") {
        for (number, line) in file.code() {
            let is_bare = mentions(line, "Text") && (line.contains("Text {") || line.contains("inherits Text"));
            if is_bare || line.contains("TextInput") || line.contains("StyledText") {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none(found, "texts are `Words`, whose colour depends on their words");
}

#[test]
fn words_come_from_one_place() {
    const WORDS: &str = "ui/api/texts.slint";
    let mut found = Vec::new();
    for file in files("ui", "slint").iter().filter(|file| file.path != WORDS) {
        for (number, line) in file.code() {
            let is_russian = line.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter));
            if is_russian || line.contains("@tr") {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none(found, "words stand in ui/api/texts.slint and assets/lang");
}

#[test]
fn sql_holds_no_value() {
    // What may be put into a statement is written in the source: lists of columns and conditions.
    let fragments = ["SELECT", "COLUMNS", "condition"];
    let mut found = Vec::new();
    for file in modules(&["sandbox"]) {
        let speaks_sql =
            |text: &str| ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "{SELECT}"].iter().any(|w| text.contains(w));
        for (at, _) in file.text.match_indices("format!(") {
            let call = &file.text[at..file.text[at..].find(";\n").map_or(file.text.len(), |end| at + end)];
            let foreign = call.split('{').skip(1).filter_map(|part| part.split('}').next());
            let foreign: Vec<&str> = foreign.filter(|name| !fragments.contains(name)).collect();
            if speaks_sql(call) && !foreign.is_empty() {
                found.push(format!("{}: {foreign:?}", file.path));
            }
        }
        if file.path.contains("/store/")
            && file.text.contains("{condition}")
            && !file.text.contains("condition: &'static str")
        {
            found.push(format!("{}: a condition must be one of the source", file.path));
        }
        if file.code().any(|(_, line)| line.contains("execute_batch(")) && file.path != "src/sandbox/store/mod.rs" {
            found.push(format!("{}: execute_batch takes no parameters", file.path));
        }
    }
    assert_none(found, "values go into SQL as parameters");
}

/// The crates below these packages, line by line.
fn cargo_tree(packages: &[&str], kinds: &str, format: &str) -> String {
    // What only the compiler runs is no part of a program: Slint's macros draw with resvg.
    let edges = format!("{kinds},no-proc-macro");
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--no-dedupe",
            "--prefix",
            "none",
            "--edges",
            &edges,
            "--format",
            format,
        ])
        .args(packages)
        .current_dir(root())
        .output()
        .expect("cargo runs the tests, so it is here");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("names of crates are text")
}

/// Another feature of tokio alone builds half of all crates a second time.
#[test]
fn what_is_run_and_what_is_tested_share_one_build_of_every_library() {
    let tested = cargo_tree(&[], "normal,dev", "{p} {f}");
    let tested: HashSet<&str> = tested.lines().collect();
    let run = cargo_tree(&[], "normal", "{p} {f}");
    let found: BTreeSet<&str> = run.lines().filter(|line| !tested.contains(line)).collect();
    let found = found.into_iter().map(str::to_owned).collect();
    assert_none(found, "`cargo run` wants it with other features than `cargo test`; see src/emulator/Cargo.toml");
}

#[test]
fn the_box_contains_no_server_and_no_desktop() {
    let tree = cargo_tree(&["--package", "bonus-tv"], "normal", "{p}");
    let crates: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let own = ["slint", "reqwest", "drm", "evdev"];
    assert!(own.iter().all(|name| crates.contains(name)), "the tree is that of the box");
    let strangers =
        ["axum", "rusqlite", "utoipa", "resvg", "winit", "softbuffer", "chrono-tz", "utoipa-swagger-ui", "sxd-xpath"];
    // C libraries that a box would have to have. The one for fonts is opened at run time if it is there (feature
    // `fontconfig-dlopen`), so yeslogic-fontconfig-sys may stand in the tree.
    let libraries = ["input-sys", "libudev-sys", "xkbcommon", "fontconfig-sys", "openssl-sys"];
    let strangers: Vec<&str> = strangers.into_iter().chain(libraries).collect();
    let found: Vec<String> =
        strangers.iter().filter(|stranger| crates.contains(stranger)).map(|name| (*name).to_owned()).collect();
    assert_none(found, "the box's dependency tree holds a part of the sandbox or the emulator");
}
