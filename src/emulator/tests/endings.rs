//! How the emulator ends: its exit status, and what it leaves behind (F6, F7, F11).

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// The emulator with a directory for temporary files of its own, and no display.
fn emulator(scratch: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emulator"));
    command.args(words).env("TMPDIR", scratch).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("the directory is there").next().is_none()
}

fn signal(child: &Child, signal: Signal) {
    let id = i32::try_from(child.id()).expect("an id of a process");
    kill_process(Pid::from_raw(id).expect("it is not zero"), signal).expect("the process is there");
}

#[test]
fn f7_a_signal_ends_a_served_box_and_leaves_nothing() {
    for (number, how) in [Signal::TERM, Signal::INT].into_iter().enumerate() {
        let scratch = tempfile::tempdir().expect("a directory");
        let ready = scratch.path().join("ready.json");
        let words = ["serve", "--scenario", "vip", "--size", "1280x720", "--boxes", "2", "--ready-file"];
        let words: Vec<&str> = words.into_iter().chain(ready.to_str()).collect();
        let mut child = emulator(scratch.path(), &words).spawn().expect("it starts");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        out.read_line(&mut line).expect("it says where it is");
        let said: Value = serde_json::from_str(&line).expect("the ready line is JSON");
        assert_eq!(said["boxes"].as_array().map(Vec::len), Some(2), "{line}");
        assert_eq!(std::fs::read_to_string(&ready).expect("the ready file is there"), line);
        signal(&child, how);
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "signal {number}");
        assert!(is_empty(scratch.path()), "signal {number} left something");
    }
}

#[test]
fn f7_a_signal_ends_a_headless_run_and_leaves_nothing() {
    for how in [Signal::TERM, Signal::INT] {
        let scratch = tempfile::tempdir().expect("a directory");
        let words = ["--headless", "--scenario", "vip", "--size", "1280x720", "--journal", "/dev/stdout", "--keys"];
        let words: Vec<&str> = words.into_iter().chain(["WAIT:168h"]).collect();
        let mut child = emulator(scratch.path(), &words).spawn().expect("it starts");
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("the journal begins");
        assert!(!is_empty(scratch.path()), "it keeps the sign-in meanwhile");
        signal(&child, how);
        // The journal is read to its end, so that the run never waits for a reader.
        std::io::copy(&mut out, &mut std::io::sink()).expect("the journal ends");
        assert_eq!(child.wait().expect("it ends").code(), Some(5));
        assert!(is_empty(scratch.path()));
    }
}

#[test]
fn f6_f11_the_exit_status_says_whose_fault_it_is() {
    let scratch = tempfile::tempdir().expect("a directory");
    let test = scratch.path().join("test.keys");
    let report = scratch.path().join("report.xml");
    let (test, report) = (test.to_str().expect("text"), report.to_str().expect("text"));
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().map(|addr| (taken, addr.to_string())).expect("an address");
    let small = ["--size", "1280x720"];
    let cases: [(&[&str], &str, i32); 13] = [
        (&["--headless", "--keys", "NOPE"], "", 2),
        (&["--headless", "--scenario", "nobody"], "", 2),
        (&["--headless", "--log-level", "loud"], "", 2),
        (&["--headless", "--no-such-flag"], "", 2),
        (&["--headless", "--api", "http://10.0.0.5:8080/"], "", 2),
        (&[], "", 3),
        (&["--headless", "--api", "http://127.0.0.1:1/"], "", 3),
        (&["--headless", "--api", "http://127.0.0.1:1/", "--allow-offline"], "", 0),
        (&["serve", "--listen", &taken.1], "", 3),
        (&["serve", "--ecp", "10.0.0.7"], "", 2),
        (&["run", test, "--scenario", "vip", "--junit", report], "EXPECT screen=Outcome", 1),
        (&["run", test, "--scenario", "vip"], "NONSENSE", 2),
        (&["ctl", "--url", "http://127.0.0.1:1/qa/v1", "state"], "", 3),
    ];
    for (words, lines, status) in cases {
        std::fs::write(test, lines).expect("the test is written");
        let words: Vec<&str> = match words.first() {
            Some(&"ctl") => words.to_vec(),
            _ => words.iter().chain(&small).copied().collect(),
        };
        let output = emulator(scratch.path(), &words).output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{words:?}: {told}");
        assert!(status == 0 || !told.is_empty(), "{words:?} says nothing");
        assert!(!told.contains("panicked"), "{told}");
    }
    let report = std::fs::read_to_string(report).expect("the report is there");
    assert!(report.contains("failures=\"1\"") && report.contains("screen Outcome; it is Home"), "{report}");
}
