//! What the engine promises to every owner of ports.

use std::time::Duration;

use chrono::DateTime;

use super::*;
use crate::core::tests::fixtures::World;
use crate::core::{Choice, StoredOrder};
use crate::domain::{Animations, Failure, FailureKind};
use crate::input::{Direction, Hold, KeyEvent, Phase, RemoteKey};

/// Ports that only note what they are asked for.
#[derive(Default)]
struct Noted {
    now: Duration,
    calls: Vec<(RequestId, Request)>,
    written: Vec<DiskJob>,
    played: usize,
    gone: usize,
    events: usize,
    effects: usize,
}

impl Ports for Noted {
    fn now(&mut self) -> Moment {
        Moment { monotonic: self.now, wall: DateTime::UNIX_EPOCH, entropy: 7 }
    }

    fn call(&mut self, id: RequestId, request: Request, _: Language) {
        self.calls.push((id, request));
    }

    fn write(&mut self, job: DiskJob) {
        self.written.push(job);
    }

    fn play(&mut self, _: Secret, _: &str) {
        self.played += 1;
    }

    fn stop_player(&mut self) {}

    fn player_is_gone(&mut self) {
        self.gone += 1;
    }

    fn log_event(&mut self, _: Duration, _: &App, _: &Event) {
        self.events += 1;
    }

    fn log_effect(&mut self, _: Duration, _: &App, _: &Effect) {
        self.effects += 1;
    }
}

fn started() -> Engine<Noted> {
    Engine::start(World::default().boot(), Noted::default())
}

fn choice() -> DiskJob {
    DiskJob::StoreChoice(Choice::Animations(Animations::Reduced))
}

#[test]
fn the_disk_gets_one_job_at_a_time_in_order() {
    let mut engine = started();
    let jobs = [choice(), DiskJob::WipeMember, DiskJob::ForgetDamagedOrder];
    engine.carry_out(jobs.iter().cloned().map(Effect::Disk).collect(), Duration::ZERO);
    assert_eq!(engine.ports().written, jobs[..1]);
    assert!(engine.is_waiting());
    engine.disk_done(None);
    assert_eq!(engine.ports().written, jobs[..2]);
    engine.disk_done(None);
    engine.disk_done(None);
    assert_eq!(engine.ports().written, jobs);
    assert!(!engine.is_disk_busy);
}

#[test]
fn an_answer_of_the_disk_is_an_event_and_the_next_job_is_begun_before_it() {
    let mut engine = started();
    engine.carry_out(vec![Effect::Disk(choice()), Effect::Disk(DiskJob::WipeMember)], Duration::ZERO);
    let events = engine.ports().events;
    engine.disk_done(Some(Event::KeysReleased));
    assert_eq!(engine.ports().written.len(), 2);
    assert_eq!(engine.ports().events, events + 1);
}

#[test]
fn the_end_hands_the_disk_what_it_has_not_begun() {
    let mut engine = started();
    engine.carry_out(vec![Effect::Disk(choice()), Effect::Disk(DiskJob::WipeMember)], Duration::ZERO);
    engine.finish();
    assert_eq!(engine.ports().written, [choice(), DiskJob::WipeMember]);
}

#[test]
fn the_first_picture_ends_the_start_once() {
    let mut engine = started();
    engine.handle(Event::Presented);
    engine.handle(Event::Presented);
    assert_eq!(engine.ports().written, [DiskJob::EndStart]);
}

#[test]
fn it_waits_as_long_as_an_answer_is_due() {
    let mut engine = started();
    let asked: Vec<RequestId> = engine.ports().calls.iter().map(|(id, _)| *id).collect();
    assert!(!asked.is_empty() && engine.is_waiting());
    for id in asked {
        engine.handle(Event::Replied { id, result: Err(Failure::new(FailureKind::Timeout)) });
    }
    assert!(!engine.is_waiting());
}

#[test]
fn the_core_is_woken_when_it_asked_to_be_and_not_before() {
    let mut engine = started();
    let at = engine.next_wake().expect("the minute at least");
    let events = engine.ports().events;
    engine.ports_mut().now = at.saturating_sub(Duration::from_millis(1));
    engine.wake_if_due();
    assert_eq!(engine.ports().events, events);
    engine.ports_mut().now = at;
    engine.wake_if_due();
    assert_eq!(engine.ports().events, events + 1);
    assert!(engine.next_wake().is_none_or(|next| next > at), "a wake-up is not asked for twice");
}

#[test]
fn the_screen_comes_back_from_each_player_once() {
    let mut engine = started();
    let film = || Effect::Play { url: Secret::new("http://films.example/1"), title: "Film".to_owned() };
    engine.carry_out(vec![film()], Duration::ZERO);
    assert!(engine.is_player_starting);
    engine.handle(Event::Player(PlayerEvent::Started));
    assert!(!engine.is_player_starting);
    assert_eq!((engine.ports().played, engine.ports().gone), (1, 0));
    engine.handle(Event::Player(PlayerEvent::Ended));
    assert_eq!(engine.ports().gone, 1);
}

#[test]
fn a_picture_is_no_change_of_the_state() {
    let mut engine = started();
    assert!(engine.take_change(), "the first state has not been shown");
    let changes = engine.changes();
    engine.handle(Event::Presented);
    assert_eq!(engine.changes(), changes);
    engine.handle(Event::Key(KeyEvent { key: RemoteKey::Arrow(Direction::Down), phase: Phase::Down(Hold::Trusted) }));
    assert_ne!(engine.changes(), changes);
    assert!(engine.take_change());
    assert!(!engine.take_change());
}

#[test]
fn the_viewer_who_comes_back_withdraws_the_wish_to_leave() {
    let mut engine = started();
    engine.carry_out(vec![Effect::Exit], Duration::ZERO);
    assert!(engine.wants_exit());
    assert!(engine.take_exit());
    assert!(!engine.wants_exit());
}

#[test]
fn every_effect_is_logged_before_it_is_carried_out() {
    let mut engine = Engine::start(Boot { order: StoredOrder::Damaged, ..World::default().boot() }, Noted::default());
    let before = engine.ports().effects;
    assert!(before > 0, "a start asks for something");
    engine.carry_out(vec![Effect::StopPlayer, Effect::Exit], Duration::ZERO);
    assert_eq!(engine.ports().effects, before + 2);
}
