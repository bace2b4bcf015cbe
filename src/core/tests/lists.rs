//! «Мои опции», history, status and settings.

use super::fixtures::*;
use super::support::*;
use crate::core::{
    Answer, Choice, Dialog, DiskJob, Effect, Elsewhere, Notice, PinAnswer, PinPurpose, PlaceKind, Request, SettingsItem,
};
use crate::domain::{
    AdultOffers, Animations, Contrast, EntitlementId, ExchangePage, ExchangeState, Failure, FailureKind, Language,
    LedgerPage, Reason, Refusal, RenewalSwitch, TextSize, VoiceGuidance,
};
use crate::view::message::Msg;
use crate::view::model::Screen;
use crate::view::text::Text;

fn options() -> Journey {
    let mut journey = home();
    journey.keys("UP UP RIGHT*2 OK").expect_place(PlaceKind::MyOptions).expect_focus("row 0");
    journey
}

fn history() -> Journey {
    let mut journey = home();
    journey.keys("UP OK").expect_place(PlaceKind::History).forget_effects();
    journey
}

fn is_renewed(journey: &Journey) -> bool {
    journey.app.data.entitlements.as_ref().expect("arrived")[0].renewal.expect("renewable").is_on
}

#[test]
fn one_press_turns_the_renewal_off_and_one_press_on() {
    let mut journey = options();
    journey.keys("OK");
    assert!(matches!(journey.asked("SetRenewal"), Some(Request::SetRenewal { to: RenewalSwitch::Off, .. })));
    journey.serve().expect_notice(&Notice::RenewalOff { title: "Пакет 6".to_owned() });
    assert!(!is_renewed(&journey));
    journey.keys("OK").serve().expect_notice(&Notice::RenewalOn { title: "Пакет 6".to_owned() });
    assert!(is_renewed(&journey));
}

/// C46: an option whose title and price cannot be read stands in the list, and its renewal can be switched off.
#[test]
fn c46_a_renewal_of_unknown_price_can_be_switched_off() {
    let mut journey = options();
    for held in &mut journey.world.entitlements {
        held.title = String::new();
        held.renewal = held.renewal.map(|renewal| crate::domain::Renewal { price_roubles: None, ..renewal });
    }
    journey.event(crate::core::Event::Resumed).serve().expect_focus("row 0");
    let Screen::List(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    let row = &screen.list.rows[0];
    assert_eq!((&row.title, &row.subtitle), (&Msg::Untitled.into(), &Msg::RenewalPriceUnknown.into()));
    assert_eq!(row.action, Msg::ActionRenewalOff.into());
    journey.keys("OK");
    assert!(matches!(journey.asked("SetRenewal"), Some(Request::SetRenewal { to: RenewalSwitch::Off, .. })));
}

/// PUR-10: nobody switches on what may cost anything.
#[test]
fn pur_10_a_renewal_of_unknown_price_is_not_switched_on() {
    let mut journey = options();
    for held in &mut journey.world.entitlements {
        held.renewal = held.renewal.map(|_| crate::domain::Renewal { is_on: false, price_roubles: None });
    }
    journey.event(crate::core::Event::Resumed).serve().forget_effects().keys("OK");
    assert_eq!(journey.sent("SetRenewal"), 0);
    journey.expect_notice(&Notice::RenewalPriceUnknown);
    assert_eq!(journey.app.dialog(), None);
}

#[test]
fn a_renewal_under_way_is_not_sent_twice() {
    let mut journey = options();
    journey.forget_effects().keys("OK OK OK");
    assert_eq!(journey.sent("SetRenewal"), 1);
}

#[test]
fn a_renewal_without_an_answer_advises_nothing_and_asks_how_it_is() {
    let mut journey = options();
    journey.keys("OK").forget_effects().fail("SetRenewal", FailureKind::Timeout);
    journey.expect_notice(&Notice::NoAnswer(Failure::new(FailureKind::Timeout)));
    assert_eq!(journey.sent("Entitlements"), 1);
}

#[test]
fn a_renewal_that_fails_says_so_and_asks_how_it_is() {
    let mut journey = options();
    journey.keys("OK").forget_effects().fail("SetRenewal", refusal(Vec::new())).expect_notice(&Notice::RenewalFailed);
    assert_eq!(journey.sent("Entitlements"), 1);
    assert!(is_renewed(&journey));
}

#[test]
fn an_option_without_renewal_says_that_it_ends_by_itself() {
    let mut world = World::default();
    world.entitlements[0].renewal = None;
    let mut journey = home_of(world);
    journey.keys("UP UP RIGHT*2 OK OK").expect_notice(&Notice::NothingToSwitch);
}

#[test]
fn a11y_2_the_voice_is_switched_in_the_settings_and_by_a_long_menu_wherever_one_is() {
    let voice = |journey: &Journey| journey.app.settings.voice;
    let mut journey = home();
    journey.keys("HOLD:MENU:2s").expect_place(PlaceKind::Settings);
    assert_eq!(voice(&journey), VoiceGuidance::Off, "there is none on this box");
    assert!(!journey.app.settings_items().contains(&SettingsItem::Voice));

    journey.app.identity.has_voice = true;
    journey.keys("DOWN*4 OK").expect_notice(&Notice::Voice(VoiceGuidance::On));
    let is_kept =
        |effect: &Effect| matches!(effect, Effect::Disk(DiskJob::StoreChoice(Choice::Voice(VoiceGuidance::On))));
    assert!(journey.has_effect(is_kept), "a restart knows it");
    journey.keys("OK").expect_notice(&Notice::Voice(VoiceGuidance::Off));

    let mut journey = at_confirmation();
    journey.app.identity.has_voice = true;
    journey.keys("HOLD:MENU:1s").expect_place(PlaceKind::Confirm);
    assert_eq!(voice(&journey), VoiceGuidance::Off, "a press that was a little long");
    journey.keys("HOLD:MENU:2s").expect_place(PlaceKind::Confirm);
    assert_eq!(voice(&journey), VoiceGuidance::On, "without leaving what is on the screen");
    journey.keys("HOLD:MENU:60s");
    assert_eq!(voice(&journey), VoiceGuidance::Off, "once, however long it is held");
}

#[test]
fn what_is_for_adults_can_be_hidden_and_the_pin_brings_it_back() {
    let sections = |journey: &Journey| journey.app.data.shelf.sections().len();
    let adult = offer_id("a1");
    let mut journey = home();
    let all = sections(&journey);
    let titles = journey.app.data.shelf.sections().iter().filter(|section| section.is_adult).count();
    assert_eq!(titles, 1);
    journey.app.basket.push(adult.clone());
    journey.keys("MENU DOWN*6 OK");
    assert_eq!((journey.app.settings.adults, sections(&journey)), (AdultOffers::Hidden, all - 1));
    assert!(journey.app.basket_offers().is_empty(), "what is hidden is not ordered by mistake");
    assert!(journey.app.data.shelf.offer(&adult).is_some(), "what the member has is found");
    let is_kept =
        |effect: &Effect| matches!(effect, Effect::Disk(DiskJob::StoreChoice(Choice::Adults(AdultOffers::Hidden))));
    assert!(journey.has_effect(is_kept), "a restart knows it");
    journey.refresh().serve();
    assert_eq!(sections(&journey), all - 1, "a new catalogue changes nothing");
    journey.keys("OK");
    assert_eq!(sections(&journey), all, "without a PIN nothing guards it");

    journey.keys("OK");
    journey.app.has_pin = true;
    journey.keys("DOWN OK");
    let asks = matches!(journey.app.dialog(), Some(Dialog::Pin { purpose: PinPurpose::ShowAdults, .. }));
    assert!(asks, "whoever it is hidden from could bring it back: {}", journey.told());
    journey.keys("1 2 3 4").pin(PinAnswer::Wrong { left: 4 });
    assert_eq!(sections(&journey), all - 1);
    journey.keys("1 2 3 5").pin(PinAnswer::Right);
    assert_eq!((sections(&journey), journey.app.settings.adults), (all, AdultOffers::Shown));
}

#[test]
fn no_options_leave_the_focus_in_the_tabs() {
    let mut journey = home_of(World { entitlements: Vec::new(), ..World::default() });
    journey.keys("UP UP RIGHT*2 OK").expect_place(PlaceKind::MyOptions).expect_focus("tab 2");
}

#[test]
fn foc_6_a_history_that_does_not_come_has_the_focus_on_trying_again() {
    let mut journey = history();
    journey.expect_focus("chip 1").fail_all(&FailureKind::NoConnection).expect_focus("button 0");
    journey.forget_effects().keys("OK");
    assert_eq!(journey.sent("Ledger"), 1);
    journey.serve().expect_focus("row 0");

    let mut journey = history();
    journey.keys("RIGHT LEFT").fail_all(&FailureKind::NoConnection).expect_focus("chip 1");
}

#[test]
fn what_can_still_be_earned_stands_before_what_was() {
    let mut journey = home();
    journey.keys("UP UP RIGHT*3 OK").serve();
    let rules = journey.app.data.earning.as_ref().map(|earning| &earning.rules).expect("they have come");
    let ids: Vec<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["r0", "r1", "r3", "r4", "r5", "r2"]);
}

#[test]
fn the_next_page_is_asked_for_near_the_end() {
    let mut journey = history();
    journey.serve();
    journey.forget_effects().keys("DOWN*6");
    assert_eq!(journey.sent("Ledger"), 0);
    journey.keys("DOWN*3").expect_focus("row 9");
    assert_eq!(journey.sent("Ledger"), 1);
    journey.serve();
    assert_eq!(journey.app.data.ledger.items.len(), 40);
    journey.expect_focus("row 9");
}

#[test]
fn the_whole_history_is_read_to_its_end() {
    let mut journey = history();
    journey.serve().keys("DOWN");
    for _ in 0..60 {
        journey.keys("CH-").serve();
    }
    assert_eq!(journey.app.data.ledger.items.len(), 45);
    journey.expect_focus("row 44").expect_bump("DOWN");
}

#[test]
fn a_cursor_that_leads_back_to_itself_is_not_asked_for_again() {
    let mut journey = history();
    let page = |cursor: &str| {
        let entries = World::default().ledger.into_iter().take(5).collect();
        Answer::Ledger(LedgerPage { entries, next_cursor: Some(cursor.to_owned()) })
    };
    journey.answer("Ledger", page("a")).keys("DOWN").answer("Ledger", page("a")).forget_effects().keys("DOWN*3");
    assert_eq!(journey.sent("Ledger"), 0);
}

#[test]
fn a_further_page_that_fails_is_asked_for_when_scrolling_on() {
    let mut journey = history();
    journey.serve().keys("DOWN*12").fail("Ledger", FailureKind::Timeout).forget_effects().keys("DOWN");
    assert_eq!(journey.sent("Ledger"), 1);
}

#[test]
fn c41_c42_a_history_that_repeats_itself_ends() {
    let mut journey = history();
    let all = journey.world.ledger.clone();
    let mut asked = 0;
    for page in 0..200 {
        journey.keys("DOWN");
        if let Some((id, _)) = journey.asked("Ledger").is_some().then(|| journey.take("Ledger")) {
            asked += 1;
            let entries = all[10 * (page % 3)..10 * (page % 3) + 20].to_vec();
            journey.reply(id, Ok(Answer::Ledger(LedgerPage { entries, next_cursor: Some((page % 2).to_string()) })));
        }
    }
    let ids: std::collections::HashSet<_> = journey.app.data.ledger.items.iter().map(|entry| &entry.id).collect();
    assert_eq!(ids.len(), journey.app.data.ledger.items.len(), "no line stands twice");
    assert!(asked <= 4, "{asked} questions");
    assert_eq!(journey.app.data.ledger.next_cursor, None);
}

#[test]
fn a_history_that_fails_offers_to_try_again() {
    let mut journey = history();
    journey.fail("Ledger", FailureKind::Server { status: 500 }).keys("DOWN").expect_focus("button 0");
    journey.forget_effects().keys("OK");
    assert_eq!(journey.sent("Ledger"), 1);
    journey.serve().expect_focus("row 0");
}

#[test]
fn the_orders_stand_beside_the_points() {
    let mut journey = history();
    journey.serve().keys("UP").expect_focus("chip 1").keys("RIGHT").expect_focus("chip 2");
    journey
        .keys("RIGHT")
        .expect_focus("chip 3")
        .expect_bump("RIGHT")
        .keys("LEFT DOWN OK")
        .expect_place(PlaceKind::Outcome)
        .keys("BACK")
        .expect_place(PlaceKind::History);
    journey.expect_focus("row 0");
}

#[test]
fn an_empty_history_keeps_the_focus_on_its_choice() {
    let mut journey = history();
    journey.answer("Ledger", Answer::Ledger(LedgerPage { entries: Vec::new(), next_cursor: None }));
    journey.answer("Exchanges", Answer::Exchanges(ExchangePage { exchanges: Vec::new(), next_cursor: None }));
    journey.expect_focus("chip 1").expect_bump("DOWN");
}

#[test]
fn the_first_row_of_a_history_takes_the_focus_when_it_arrives() {
    let mut journey = history();
    journey.expect_focus("chip 1").serve().expect_focus("row 0");
}

#[test]
fn a_viewer_who_has_moved_keeps_the_focus_when_the_history_arrives() {
    let mut journey = history();
    journey.keys("RIGHT").serve().expect_focus("chip 2");
}

#[test]
fn the_ways_to_earn_scroll() {
    let mut journey = home();
    journey
        .keys("UP UP RIGHT*3 OK")
        .serve()
        .expect_focus("row 0")
        .keys("DOWN*5")
        .expect_focus("row 5")
        .expect_bump("DOWN");
}

#[test]
fn the_language_changes_at_once_and_is_stored() {
    let mut journey = home();
    journey.keys("MENU OK");
    assert_eq!(journey.app.settings.language, Language::En);
    assert!(journey.has_effect(|effect| *effect == Effect::Disk(DiskJob::StoreChoice(Choice::Language(Language::En)))));
}

#[test]
fn what_the_server_words_is_asked_for_in_the_new_language() {
    let mut journey = home();
    journey.keys("MENU OK");
    assert!(matches!(journey.asked("Catalog"), Some(Request::Catalog { etag: None, .. })));
    assert_eq!((journey.sent("Account"), journey.sent("Entitlements")), (1, 1));
}

#[test]
fn a_choice_leaves_alone_what_was_not_chosen() {
    let mut journey = home();
    journey.keys("MENU DOWN*3 OK");
    let stored = journey.effects.iter().filter(|effect| matches!(effect, Effect::Disk(DiskJob::StoreChoice(_))));
    assert_eq!(
        stored.collect::<Vec<_>>(),
        [&Effect::Disk(DiskJob::StoreChoice(Choice::Animations(Animations::Reduced)))]
    );
}

#[test]
fn without_other_rewards_the_settings_say_so() {
    let mut world = World::default();
    world.catalog.offers.retain(|offer| offer.is_orderable_here);
    home_of(world).keys("MENU DOWN*7 OK").expect_place(PlaceKind::Settings).expect_notice(&Notice::NoOtherRewards);
}

#[test]
fn about_closes() {
    let mut journey = home();
    journey.keys("MENU DOWN*8 OK").expect_place(PlaceKind::About).expect_bump("DOWN");
    journey.keys("OK").expect_place(PlaceKind::Settings).expect_focus("row 8");
}

#[test]
fn other_rewards_open_from_the_settings() {
    home()
        .keys("MENU DOWN*7 OK")
        .expect_place(PlaceKind::Catalog)
        .expect_offer("o1")
        .keys("BACK")
        .expect_focus("row 7");
}

#[test]
fn a_second_renewal_waits_for_the_first() {
    let mut world = World::default();
    let mut second = package_held();
    second.id = EntitlementId::new("e-second");
    second.offer_id = offer_id("p2");
    world.entitlements.push(second);
    let mut journey = home_of(world);
    journey.keys("UP UP RIGHT*2 OK OK DOWN").expect_bump("OK");
    assert_eq!(journey.sent("SetRenewal"), 1);
}

#[test]
fn a_list_of_before_does_not_undo_a_switch() {
    let mut journey = options();
    journey.keys("OK").event(crate::core::Event::Resumed);
    let (id, request) = journey.take("Entitlements");
    let before = journey.world.answer(&request, start());
    journey.forget_effects().serve_one("SetRenewal").reply(id, Ok(before));
    assert!(!is_renewed(&journey));
    assert_eq!(journey.sent("Entitlements"), 1, "what was asked for is asked for again");
}

#[test]
fn the_price_of_a_renewal_stands_there_before_it_is_on() {
    let mut journey = options();
    journey.keys("OK").serve();
    assert!(!is_renewed(&journey));
    let Screen::List(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    let said = format!("{:?}", screen.list.rows[0].subtitle);
    assert!(said.contains("Roubles"), "{said}");
}

#[test]
fn a_refused_order_of_the_past_was_not_charged_and_says_why() {
    let mut world = World::default();
    world.exchanges[0].state = ExchangeState::Refused(Refusal {
        code: "2011".to_owned(),
        reasons: vec![Reason::Debt { roubles: Some(450) }],
        request_id: None,
    });
    world.exchanges[1].state = ExchangeState::Processing;
    let mut journey = home_of(world);
    journey.keys("UP OK").serve().keys("UP RIGHT DOWN").expect_focus("row 0");
    let Screen::List(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    let charged: Vec<bool> = screen.list.rows.iter().map(|row| !row.value.is_empty()).collect();
    assert_eq!(charged, [false, false, true]);
    journey.keys("OK").expect_place(PlaceKind::Refusal).keys("OK").expect_place(PlaceKind::History);
    journey.keys("DOWN").expect_bump("OK").keys("DOWN OK").expect_place(PlaceKind::Outcome);
    let Screen::Outcome(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    let said = format!("{:?}", screen.facts);
    assert!(said.contains("FactBalanceAfter") && !said.contains("FactNextExchange"), "{said}");
}

#[test]
fn the_focus_stays_with_its_line_when_the_ledger_is_read_anew() {
    let mut journey = history();
    journey.serve().keys("DOWN*5").expect_focus("row 5").keys("BACK").keys("OK DOWN*5");
    let mut entry = journey.world.ledger[0].clone();
    entry.id = "new".to_owned();
    journey.world.ledger.insert(0, entry);
    journey.serve().expect_focus("row 6");
}

#[test]
fn a_history_that_an_exchange_has_changed_is_read_from_its_beginning() {
    let mut journey = history();
    journey.serve().keys("DOWN*9");
    assert_eq!(journey.sent("Ledger"), 1, "a further page is on its way");
    journey.keys("BACK").forget_effects().keys("OK");
    let is_first = |effect: &Effect| matches!(effect, Effect::Call { request: Request::Ledger { cursor: None }, .. });
    assert!(journey.has_effect(is_first), "{}", journey.told());
}

#[test]
fn lay_4_the_size_of_the_words_goes_round_and_is_kept() {
    let mut journey = home();
    journey.keys("MENU DOWN OK");
    assert_eq!(journey.app.settings.text_size, TextSize::Large);
    assert!(
        journey.has_effect(|effect| *effect == Effect::Disk(DiskJob::StoreChoice(Choice::TextSize(TextSize::Large))))
    );
    journey.keys("OK");
    assert_eq!(journey.app.settings.text_size, TextSize::Largest);
    journey.keys("OK");
    assert_eq!(journey.app.settings.text_size, TextSize::Normal);
}

#[test]
fn a11y_4_high_contrast_is_a_setting_and_is_kept() {
    let mut journey = home();
    journey.keys("MENU DOWN*2 OK");
    assert_eq!(journey.app.settings.contrast, Contrast::High);
    assert!(
        journey.has_effect(|effect| *effect == Effect::Disk(DiskJob::StoreChoice(Choice::Contrast(Contrast::High))))
    );
    journey.keys("OK");
    assert_eq!(journey.app.settings.contrast, Contrast::Normal);
}

#[test]
fn foc_4_the_focused_line_stays_in_sight_when_the_words_grow() {
    let mut journey = home();
    // The sixth line is the last one that fits; at the largest words five do.
    journey.keys("MENU DOWN*5");
    journey.app.settings.text_size = TextSize::Largest;
    journey.event(crate::core::Event::Presented);
    let crate::core::Place::Settings(place) = journey.app.place() else { panic!("{}", journey.told()) };
    assert_eq!((place.cursor.at, place.cursor.first), (5, 1));
}

/// The page of «Где ещё видны баллы» holds what the operator has told, and there is none where it told nothing.
#[test]
fn where_else_points_are_seen_is_what_the_operator_says() {
    let told = |journey: &Journey| {
        let Screen::About(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
        (screen.facts.iter().map(|fact| fact.value.clone()).collect::<Vec<_>>(), screen.qr.is_some())
    };
    let mut journey = home();
    journey.keys("MENU DOWN*8 OK").expect_place(PlaceKind::About).expect_focus("button 0");
    assert_eq!(told(&journey), (vec![Text::plain("lk.example")], true));
    journey.keys("OK").expect_place(PlaceKind::Settings);
    journey.app.identity.account_url = None;
    journey.app.identity.elsewhere =
        Elsewhere { phone: Some("8 800".to_owned()), ussd: Some("*100#".to_owned()), app_url: None };
    journey.keys("OK");
    assert_eq!(told(&journey), (["8 800", "*100#"].map(Text::plain).to_vec(), false));
    journey.keys("OK").app.identity.elsewhere = Elsewhere::default();
    let with = journey.app.settings_items();
    assert!(!with.contains(&SettingsItem::Elsewhere), "{with:?}");
}

/// A code is shown large, with a QR code, as often as its member wants.
#[test]
fn a_promo_code_opens_large() {
    let mut world = World::with_film();
    let held = &mut world.entitlements[1];
    (held.promo_code, held.renewal) = (Some("LIT-4711".to_owned()), None);
    let mut journey = home_of(world);
    journey.keys("UP UP RIGHT*2 OK DOWN OK").expect_place(PlaceKind::About);
    let Screen::About(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    assert_eq!((screen.code, screen.qr.is_some(), screen.facts.len()), (Text::plain("LIT-4711"), true, 1));
    journey.keys("OK").expect_place(PlaceKind::MyOptions).expect_focus("row 1");
}
