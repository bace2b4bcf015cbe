//! What time it is, and what changes by itself when its time has come (TIME-1, TIME-2; C25, C28).

use chrono::{DateTime, TimeDelta, Utc};

use super::fixtures::*;
use super::support::*;
use crate::core::{Answer, Boot, Effect, Event, Notice, OfferAction, PlaceKind, StoredOrder, Time};
use crate::domain::*;
use crate::view::message::Msg;
use crate::view::model::{Card, Panel, Screen, ViewModel};
use crate::view::text::Text;

fn date(text: &str) -> DateTime<Utc> {
    text.parse().expect("it is a date")
}

fn panels(vm: &ViewModel) -> &[Panel] {
    let Screen::Home(home) = &vm.screen else { panic!("not home: {:?}", vm.screen) };
    &home.panels
}

/// The first card of the first row of home.
fn first_card(journey: &Journey) -> Card {
    let Screen::Home(home) = journey.vm().screen else { panic!("{}", journey.told()) };
    home.rows[0].cards[0].clone()
}

/// A box that was last used a day ago and finds no network: 1 000 points burn tomorrow, this month's exchange is made,
/// one rental is over and one is not.
fn switched_on_without_a_network(wall: DateTime<Utc>) -> Journey {
    let mut world = World::default();
    world.account.server_time = start() - TimeDelta::days(1);
    world.account.expiring = vec![ExpiringLot { points: points(1000), expires_at: start() + TimeDelta::hours(20) }];
    world.account.next_exchange_at = Some(date("2026-11-30T21:00:00Z"));
    let film = |id: &str, until| Entitlement { until: Some(until), playback: None, ..film_of(id, id) };
    world.entitlements =
        vec![film("f14", start() + TimeDelta::hours(3)), film("f15", start() - TimeDelta::hours(25)), package_held()];
    let boot = Boot { cached: Some(world.cached()), ..world.boot() };
    let mut journey = Journey::boot_dated(world, boot, wall);
    journey.wait(secs(25)).fail_all(&FailureKind::NoAddress);
    journey
}

/// So many points, as they are shown.
fn in_points(amount: u64) -> Text {
    Text::counted(Msg::Points, i64::try_from(amount).expect("a small number"), [Text::Number { sign: "", amount }])
}

#[test]
fn c25_a_box_of_1970_or_2038_without_a_network_claims_nothing_that_depends_on_the_time() {
    let walls = ["1970-01-01T00:03:00Z", "2038-01-19T03:14:07Z", "2026-11-22T12:00:00Z"];
    let mut pictures = Vec::new();
    for wall in walls {
        let mut journey = switched_on_without_a_network(date(wall));
        assert_eq!(journey.app.time(), Time::NotBefore(start() - TimeDelta::days(1)));
        let vm = journey.vm();
        assert_eq!(vm.chrome.clock, Text::Empty, "no clock is better than a wrong one");
        let shown = format!("{vm:?}");
        for claim in ["ExchangeNow", "ExchangeUsed", "NothingBurnsSoon", "LeftShort", "BadgeWatch"] {
            assert!(!shown.contains(claim), "{claim}");
        }
        assert_eq!(panels(&vm)[2].value, in_points(1000));
        let Screen::Home(home) = &vm.screen else { panic!("home") };
        let running: Vec<&Text> = home
            .rows
            .iter()
            .flat_map(|row| &row.cards)
            .filter(|card| format!("{:?}", card.title).contains("Фильм f1"))
            .map(|card| &card.caption)
            .collect();
        assert!(matches!(running[0], Text::Message { msg: Msg::WorksUntil, .. }), "{running:?}");
        assert_eq!(running[1], &Text::from(Msg::Ended), "it was over when the box was last used");
        pictures.push(vm);
        // The service tells the time: everything is claimed, and rightly.
        journey.wait(secs(40)).serve();
        let shown = format!("{:?}", journey.vm());
        assert!(shown.contains("ExchangeUsed") && shown.contains("LeftShort"), "{shown}");
        assert_ne!(journey.vm().chrome.clock, Text::Empty);
    }
    assert!(pictures.iter().all(|picture| *picture == pictures[0]), "the box's own date changes nothing");
}

#[test]
fn c25_a_cache_that_says_an_exchange_is_possible_is_of_a_month_that_may_be_over() {
    let world = World::default();
    let boot = Boot { cached: Some(world.cached()), ..world.boot() };
    let journey = Journey::boot(world, boot);
    assert_eq!(panels(&journey.vm())[3].value, Text::plain("—"));
}

#[test]
fn time_1_an_old_copy_of_the_catalogue_does_not_set_the_clock() {
    let world = World::default();
    let mut journey = Journey::boot(world.clone(), world.boot());
    let (id, request) = journey.take("Catalog");
    let old = journey.world.answer(&request, start() - TimeDelta::days(5));
    journey.reply(id, Ok(old));
    assert_eq!(journey.app.time().known(), None);
    journey.serve();
    assert_eq!(journey.app.time().known(), Some(journey.server_time()));
}

#[test]
fn time_1_it_is_not_earlier_than_the_order_on_the_disk() {
    let placed_at = start() + TimeDelta::days(3);
    for stored in [StoredOrder::Pending, StoredOrder::Sealed] {
        let world = World::default();
        let order = stored(Order { placed_at, ..stored_order("m1") });
        let mut journey = Journey::boot(world.clone(), Boot { order, ..world.boot() });
        assert_eq!(journey.app.time(), Time::NotBefore(placed_at));
        journey.serve();
        assert_eq!(journey.app.time(), Time::Known(placed_at), "an answer of an earlier time is an old one");
    }
}

/// A film whose rental ends ten minutes after the start, as the service describes it.
fn ending_rental() -> World {
    let mut world = World::with_film();
    let until = Some(start() + TimeDelta::seconds(600));
    world.entitlements[0].until = until;
    world.change("f15", |offer| {
        offer.active_until = until;
        let reason = Reason::AlreadyOrdered {
            offer_id: offer_id("f15"),
            title: "Фильм 15".to_owned(),
            exchange_id: None,
            until,
        };
        offer.eligibility = Eligibility { is_allowed: false, reasons: vec![reason] };
    });
    world
}

/// PUR-4, C28, four ways and two more: on the film's page and on home's card, dimmed and lit, offline and online.
#[test]
fn c28_at_its_end_a_rental_is_over_on_every_screen_and_nothing_starts_a_player() {
    for (page, is_dimmed, is_online) in (0..8).map(|way| (["", "INFO"][way % 2], way / 2 % 2 == 0, way / 4 == 0)) {
        let mut journey = home_of(ending_rental());
        journey.app.identity.dim_after = is_dimmed.then_some(secs(300));
        journey.keys(page);
        while journey.now.monotonic < secs(10 + 560) {
            journey.wait(secs(40));
            if is_online {
                journey.serve()
            } else {
                journey.fail_all(&FailureKind::NoConnection)
            };
        }
        journey.wait(secs(10 + 599) - journey.now.monotonic);
        if is_online {
            journey.serve()
        } else {
            journey.fail_all(&FailureKind::NoConnection)
        };
        let way = format!("{page} dimmed {is_dimmed} online {is_online}: {}", journey.told());
        assert_eq!(journey.app.is_dimmed(), is_dimmed, "{way}");
        let offer = journey.app.data.shelf.offer(&offer_id("f15")).cloned().expect("it is sold");
        assert_eq!(journey.app.offer_actions(&offer), [OfferAction::Watch, OfferAction::Close], "{way}");

        journey.forget_effects().wait(secs(1));
        let shown = format!("{:?}", journey.vm().screen);
        assert!(shown.contains("Ended") && !shown.contains("ButtonWatch") && !shown.contains("BadgeWatch"), "{way}");
        let again = [OfferAction::Exchange, OfferAction::AddToBasket, OfferAction::Close];
        assert_eq!(journey.app.offer_actions(&offer), again, "it can be had again: {way}");
        let asked = usize::from(!is_dimmed && is_online);
        assert_eq!((journey.sent("Entitlements"), journey.sent("Catalog")), (asked, asked), "{way}");

        journey.keys(if is_dimmed { "STOP PLAY" } else { "PLAY" });
        assert_eq!(journey.app.notice(), Some(&Notice::RentalEnded), "{way}");
        assert!(!journey.has_effect(|effect| matches!(effect, Effect::Play { .. })), "{way}");
        if is_online {
            assert!(journey.sent("Entitlements") > 0, "whoever looks gets what is new: {way}");
        }
    }
}

#[test]
fn c28_the_card_of_an_ended_rental_opens_the_films_page() {
    let mut journey = home_of(ending_rental());
    journey.app.identity.dim_after = None;
    journey.wait(secs(601));
    assert_eq!(first_card(&journey).badge, Text::Empty);
    journey.keys("UP*3 DOWN").app.tab_focus();
    journey.app.data.entitlements_at = None;
    let running = crate::core::RowKey::Running;
    if let Some(crate::core::Page { place: crate::core::Place::Home(home), .. }) = journey.app.stack.first_mut() {
        home.row = Some(running);
    }
    journey.keys("OK").expect_place(PlaceKind::Offer);
}

#[test]
fn time_2_what_renews_itself_does_not_end() {
    let mut world = World::default();
    world.entitlements[0].until = Some(start() + TimeDelta::seconds(100));
    let mut journey = home_of(world);
    journey.forget_effects().wait(secs(100));
    assert!(!format!("{:?}", journey.vm().screen).contains("Ended"));
    assert_eq!(journey.sent("Entitlements"), 1, "until when it works now, the service says");
}

#[test]
fn time_2_at_the_turn_of_the_month_home_and_offer_agree() {
    let turn = start() + TimeDelta::seconds(200);
    for until in [Some(turn), None] {
        let mut world = World::default();
        world.account.next_exchange_at = Some(turn);
        world.change("f1", |offer| {
            offer.eligibility = Eligibility { is_allowed: false, reasons: vec![Reason::MonthlyLimit { until }] };
        });
        let mut journey = home_of(world);
        let offer = journey.app.data.shelf.offer(&offer_id("f1")).cloned().expect("it is sold");
        journey.forget_effects().wait(secs(199));
        assert_eq!(panels(&journey.vm())[3].note, Text::from(Msg::ExchangeUsed));
        assert_eq!(journey.app.offer_actions(&offer), [OfferAction::Explain, OfferAction::Close]);
        journey.wait(secs(1));
        assert_eq!(panels(&journey.vm())[3].value, Text::from(Msg::ExchangeNow));
        assert!(journey.app.offer_actions(&offer).contains(&OfferAction::Exchange));
        assert_eq!((journey.sent("Account"), journey.sent("Catalog"), journey.sent("Entitlements")), (1, 1, 1));
    }
}

#[test]
fn time_2_the_box_wakes_at_each_moment_and_asks_for_what_it_changes() {
    type Change = fn(&mut World, DateTime<Utc>);
    let moments: [(&str, Change, [usize; 3]); 7] = [
        ("an option ends", |world, at| world.entitlements[0].until = Some(at), [1, 1, 1]),
        ("an option begins", |world, at| world.entitlements[0].starts_at = Some(at), [1, 1, 1]),
        ("an exchange is possible", |world, at| world.account.next_exchange_at = Some(at), [1, 1, 1]),
        ("a status ends", |world, at| world.account.status.until = Some(at), [1, 1, 1]),
        ("points burn", |world, at| world.account.expiring[0].expires_at = at, [1, 0, 0]),
        ("points come", |world, at| world.account.pending[0].posts_at = at, [1, 0, 0]),
        ("an offer is free again", |world, at| world.change("f2", |offer| offer.active_until = Some(at)), [1, 1, 1]),
    ];
    for (name, change, asked) in moments {
        let mut world = World::default();
        change(&mut world, start() + TimeDelta::seconds(20) + TimeDelta::milliseconds(500));
        let mut journey = home_of(world);
        assert_eq!(journey.app.next_wake(), Some(secs(30) + ms(500)), "{name}");
        journey.wait(secs(20) + ms(499));
        assert_eq!(journey.sent("Account"), 0, "{name}");
        journey.wait(ms(1));
        assert_eq!(["Account", "Catalog", "Entitlements"].map(|kind| journey.sent(kind)), asked, "{name}");
        // The same answer once more: the moment is over and is not asked about again.
        journey.serve().forget_effects().wait(secs(100));
        assert_eq!(journey.sent("Account"), 0, "{name}");
    }
}

#[test]
fn time_2_an_answer_that_was_asked_for_before_the_moment_is_not_taken_for_one_of_after() {
    let mut journey = home_of(ending_rental());
    journey.app.identity.dim_after = None;
    while journey.now.monotonic < secs(10 + 590) {
        journey.wait(secs(10)).serve();
    }
    journey.event(Event::Resumed);
    let (old, request) = journey.take("Entitlements");
    journey.wait(secs(12));
    let answer = journey.world.answer(&request, start());
    journey.reply(old, Ok(answer));
    journey.world.entitlements.remove(0);
    journey.serve();
    assert!(journey.app.held(&offer_id("f15")).is_none());
}

#[test]
fn time_2_at_a_midnight_that_all_boxes_share_they_do_not_ask_together() {
    let midnight = start() + TimeDelta::seconds(600);
    let asked_at = |entropy| {
        let mut world = World::default();
        world.account.expiring[0].expires_at = midnight;
        // Noon in London is ten minutes to midnight here.
        world.account.offset = chrono::FixedOffset::east_opt(12 * 3600 - 600).expect("it is an offset");
        let mut journey = home_of(world);
        journey.app.identity.dim_after = None;
        journey.now.entropy = entropy;
        while journey.server_time() < midnight - TimeDelta::seconds(1) {
            journey.wait(secs(1)).serve();
        }
        journey.forget_effects();
        (0..100).find(|_| {
            journey.wait(secs(1));
            journey.sent("Account") > 0
        })
    };
    let times: std::collections::BTreeSet<_> = (0..8).map(|n| asked_at(n * 0x9e37_79b9_7f4a_7c15)).collect();
    assert!(times.len() > 3, "{times:?}");
    assert!(times.iter().all(Option::is_some), "{times:?}");
}

#[test]
fn time_2_points_that_have_burned_are_not_said_to_burn() {
    let mut world = World::default();
    let lot =
        |amount, seconds| ExpiringLot { points: points(amount), expires_at: start() + TimeDelta::seconds(seconds) };
    world.account.expiring = vec![lot(300, 100), lot(200, 86_400 * 3)];
    let mut journey = home_of(world);
    let value = |journey: &Journey| panels(&journey.vm())[2].value.clone();
    journey.wait(secs(99));
    assert_eq!(value(&journey), in_points(300));
    journey.wait(secs(1));
    assert_eq!(value(&journey), in_points(200));
}

#[test]
fn time_2_after_the_turn_of_the_month_no_end_of_the_old_one_is_promised() {
    let mut world = World::default();
    world.change("p1", |offer| offer.valid_until = Some(date("2027-01-31T21:00:00Z")));
    let mut journey = home_of(world);
    let has_date = |journey: &Journey| {
        let offer = journey.app.data.shelf.offer(&offer_id("p1")).expect("it is sold");
        format!("{:?}", crate::view::works_until_of(&journey.app, offer)).contains("January")
    };
    assert!(has_date(&journey));
    let to_the_turn = date("2026-11-30T21:00:00Z").signed_duration_since(journey.server_time()).to_std();
    journey.wait(to_the_turn.expect("it is ahead"));
    assert!(!has_date(&journey), "what was told in November is of November");
    journey.keys("STOP").serve();
    assert!(has_date(&journey));
}

#[test]
fn time_1_another_member_does_not_inherit_the_time_of_the_last_one() {
    let mut journey = home();
    let far = start() + TimeDelta::days(4000);
    journey.app.data.entitlements_at = None;
    journey.event(Event::Resumed).answer("Account", Answer::Account(Account { server_time: far, ..account() }));
    assert_eq!(journey.app.time().known(), Some(far));
    journey.fail_all(&FailureKind::Unauthorized).expect_place(PlaceKind::SignIn).serve();
    journey.world.poll = SignInPoll::Granted;
    journey.wait(secs(6)).serve_one("PollSignIn").serve();
    assert_eq!(journey.app.time().known(), Some(journey.server_time()));
}
