//! Tests as files: what holds, what does not, and how either is told.

use clap::Parser;

use super::START;
use crate::args::Time;
use crate::serve::BoxHandle;
use crate::serve::run::{Checked, play};
use crate::serve::test_file::parse;
use crate::{Args, Command, EmulatorError, status};

/// Plays a test on a box.
fn played(words: &[&str], test: &str) -> (Result<(), EmulatorError>, Vec<Checked>) {
    let usual = ["emulator", "run", "test.keys", "--clock", START, "--size", "1280x720", "--seed", "7"];
    let args = Args::try_parse_from(usual.iter().chain(words)).expect("the arguments are right");
    let Some(Command::Run(args)) = args.command else { panic!("run") };
    let of_box = args.televisions.of_box(0, 1).expect("one box");
    let (tv, thread) = BoxHandle::start(of_box, Time::Virtual, 7).unwrap_or_else(|error| panic!("{error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut checks = Vec::new();
    let lines = parse(test).unwrap_or_else(|error| panic!("{error}"));
    let result = runtime.block_on(play(&tv, &lines, &mut checks));
    tv.stop();
    thread.join().expect("the box ends");
    (result, checks)
}

#[test]
fn an_order_holds_on_the_screen_in_the_ledger_and_in_the_requests() {
    let (result, checks) = played(
        &[],
        "EXPECT screen=SignIn\nSIGN-IN vip\nWAIT screen=Home settled=1\nEXPECT online\nEXPECT charged nothing\n\
         DOWN*3 OK OK RIGHT OK\nWAIT screen=Outcome timeout=60s\nEXPECT requests POST /v1/exchanges 1\nOK\n",
    );
    assert!(result.is_ok(), "{result:?} {checks:?}");
}

#[test]
fn f11_what_does_not_hold_is_a_failure_with_its_line_and_its_status() {
    for (test, complaint) in [
        ("EXPECT screen=Outcome", "it is Home"),
        ("WAIT screen=Outcome timeout=2s", "it is Home"),
        ("EXPECT charged 760 once", "[]"),
        ("EXPECT requests POST /v1/exchanges 1", "there were 0"),
        ("EXPECT text=\"nothing of the kind\"", "nothing of the kind"),
    ] {
        let (result, checks) = played(&["--scenario", "vip"], &format!("EXPECT screen=Home\n{test}\nEXPECT online"));
        let error = result.expect_err(test);
        assert_eq!(error.exit_status(), status::FAILED, "{error}");
        assert!(error.to_string().starts_with("line 2 «") && error.to_string().contains(complaint), "{error}");
        assert_eq!(checks.len(), 2, "it ends there");
        assert!(checks[1].complaint.is_some() && checks[1].number == 2);
    }
}

#[test]
fn f6_a_box_without_its_server_is_not_online() {
    let (result, _) = played(
        &["--scenario", "vip"],
        "FAULT {\"match\":\"/v1/\",\"kind\":\"status\",\"status\":503,\"retry_after\":60}\nWAIT 7m\nBLUE\nEXPECT online",
    );
    assert_eq!(result.expect_err("it is out of reach").exit_status(), status::FAILED);
}

#[test]
fn f4_wait_48h_ends_a_rental_on_both_clocks() {
    let (result, checks) = played(
        &["--scenario", "rental-3h"],
        "EXPECT text=Смотреть\nWAIT 48h\nBLUE\nEXPECT online\nEXPECT charged nothing",
    );
    assert!(result.is_ok(), "{result:?} {checks:?}");
    let (result, _) = played(&["--scenario", "rental-3h"], "WAIT 48h\nBLUE\nEXPECT text=Смотреть");
    assert!(result.is_err(), "the rental is over");
}
