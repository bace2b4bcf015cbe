//! The whole way of a new subscriber: real HTTP, real SQLite, the real interface drawn in memory.

use bonus_emulator::{Args, Television};
use bonus_sandbox::values::MemberId;
use bonus_sandbox::{Fault, FaultKind};
use bonus_tv::core::{App, Place, PlaceKind, Section, SectionKey, Zone};
use bonus_tv::domain::OfferId;
use bonus_tv::view::model::{Fact, Screen, ViewModel};
use chrono::TimeDelta;
use clap::Parser;

use crate::support::focused;

/// Saturday noon; the month ends three days later.
const START: &str = "2026-11-28T09:00:00Z";

struct Viewer {
    tv: Television,
}

impl Viewer {
    fn sits_down(language: &str) -> Self {
        Self::sits_down_with(language, &[])
    }

    fn sits_down_with(language: &str, more: &[&str]) -> Self {
        let args = [
            "emulator",
            "--headless",
            "--clock",
            START,
            "--language",
            language,
            "--player",
            "no-such-player-here {url}",
            "--size",
            "1280x720",
        ];
        let tv = Television::switch_on(&Args::parse_from([&args, more].concat())).expect("the television switches on");
        Self { tv }
    }

    fn press(&mut self, script: &str) {
        self.tv.press_keys(script).unwrap_or_else(|error| panic!("{script}: {error}"));
        assert_eq!(focused(&self.tv.view()), 1, "after {script}: {:?}", self.tv.app().place());
    }

    fn sees(&self, kind: PlaceKind) {
        assert_eq!(self.tv.app().place().kind(), kind, "notice {:?}", self.tv.app().notice());
    }

    fn vm(&self) -> ViewModel {
        self.tv.view()
    }

    fn member(&self) -> MemberId {
        let id = &self.tv.app().data.account.as_ref().expect("an account").member_id;
        MemberId::new(id.as_str())
    }

    fn balance(&self) -> i64 {
        let sandbox = self.tv.sandbox().expect("the sandbox is inside");
        sandbox.balance(&self.member()).expect("a balance").get()
    }

    fn time_passes(&mut self, by: TimeDelta) {
        self.tv.sandbox().expect("the sandbox is inside").advance(by).expect("the clock moves");
        // Long enough for the picture to dim; the first key only wakes it, and it looks for news.
        self.press("WAIT:7m BLUE");
    }

    /// Goes to an offer with arrows and OK alone and stands on its card.
    fn finds(&mut self, id: &str) {
        let id = OfferId::new(id);
        self.press("UP*8");
        if self.tv.app().tab_focus().is_none() {
            self.press("BACK UP*8");
        }
        let at = self.tv.app().tab_focus().expect("the focus is in the tab bar");
        self.press(&if at == 0 { "RIGHT OK".to_owned() } else { format!("LEFT*{at} RIGHT OK") });
        self.sees(PlaceKind::Catalog);
        let shelf = &self.tv.app().data.shelf;
        // Not where it stands because the points are enough, but where it always stands.
        let holds = |section: &Section| section.key != SectionKey::Affordable && shelf.ids(section).contains(&id);
        let section = shelf.sections().iter().position(holds).expect("its section");
        let place = shelf.ids(&shelf.sections()[section]).iter().position(|other| *other == id).expect("its place");
        let columns = if shelf.sections()[section].has_posters { 6 } else { 4 };
        let strip = |app: &App| match app.place() {
            Place::Catalog(catalog) => (catalog.zone, catalog.chip),
            other => panic!("{other:?}"),
        };
        if strip(self.tv.app()).0 != Zone::Chips {
            self.press("UP");
        }
        let (_, chip) = strip(self.tv.app());
        if section > chip {
            self.press(&format!("RIGHT*{}", section - chip));
        } else if chip > section {
            self.press(&format!("LEFT*{}", chip - section));
        }
        self.press("DOWN");
        for (key, times) in [("DOWN", place / columns), ("RIGHT", place % columns)] {
            if times > 0 {
                self.press(&format!("{key}*{times}"));
            }
        }
        assert_eq!(self.tv.app().focused_offer(), Some(id));
    }

    fn fact(&self, facts: &[Fact], label: &str) -> String {
        let found = facts.iter().find(|fact| self.tv.words(&fact.label) == label);
        let found = found.unwrap_or_else(|| panic!("no «{label}» among {:?}", self.labels(facts)));
        self.tv.words(&found.value).replace('\u{a0}', " ")
    }

    fn labels(&self, facts: &[Fact]) -> Vec<String> {
        facts.iter().map(|fact| self.tv.words(&fact.label)).collect()
    }
}

struct Words {
    language: &'static str,
    charged: &'static str,
    balance_after: &'static str,
    total: &'static str,
    left: &'static str,
    watch_now: &'static str,
    limit: &'static str,
    limit_until: &'static str,
}

const RUSSIAN: Words = Words {
    language: "ru",
    charged: "Будет списано",
    balance_after: "Баланс после",
    total: "1 995 баллов",
    left: "7 505 баллов",
    watch_now: "Смотреть сейчас",
    limit: "Обмен этого месяца уже использован",
    limit_until: "Следующий обмен: с 1\u{a0}декабря",
};

const ENGLISH: Words = Words {
    language: "en",
    charged: "To be charged",
    balance_after: "Balance after",
    total: "1,995 points",
    left: "7,505 points",
    watch_now: "Watch now",
    limit: "This month's exchange is used",
    limit_until: "The next exchange: from December\u{a0}1",
};

fn journey(words: &Words) {
    let mut viewer = Viewer::sits_down(words.language);
    // Signs in with the code on the screen, and is not in the programme yet.
    viewer.sees(PlaceKind::SignIn);
    let Screen::SignIn(sign_in) = viewer.vm().screen else { panic!("the sign-in screen") };
    assert!(sign_in.qr.is_some());
    let code = viewer.tv.words(&sign_in.code);
    viewer.tv.sandbox().expect("inside").approve(&code, "new").expect("the phone confirms");
    viewer.press("WAIT:6s");
    viewer.sees(PlaceKind::Join);

    // Joins: consent, then the button.
    viewer.press("OK DOWN OK");
    viewer.sees(PlaceKind::Home);
    assert!(viewer.tv.app().data.account.as_ref().is_some_and(|account| account.is_enrolled));
    assert_eq!(viewer.balance(), 0);

    // Points for joining come within a day, others for surveys; together they make a status.
    viewer.time_passes(TimeDelta::hours(24));
    assert_eq!(viewer.balance(), 500);
    let member = viewer.member();
    for _ in 0..9 {
        viewer.tv.sandbox().expect("inside").reward_survey(&member, 1000).expect("points");
    }
    viewer.press("WAIT:7m BLUE");
    assert_eq!(viewer.balance(), 9500);

    // A service, a quota that needs it and a film: 800 + 500 + 800 less 5 per cent.
    viewer.finds("service-viewing-control");
    viewer.press("GREEN");
    viewer.finds("quota-10");
    viewer.press("GREEN");
    viewer.finds("film-potemkin");
    viewer.press("GREEN YELLOW");
    viewer.sees(PlaceKind::Basket);
    let Screen::Basket(basket) = viewer.vm().screen else { panic!("the basket") };
    assert_eq!(basket.list.total, 3);
    assert_eq!(viewer.fact(&basket.facts, words.charged), words.total);

    // The last question stands on Cancel; OK counts only after a moment.
    viewer.press("OK");
    viewer.sees(PlaceKind::Confirm);
    let Screen::Confirm(confirm) = viewer.vm().screen else { panic!("the confirmation") };
    assert_eq!(viewer.fact(&confirm.facts, words.balance_after), words.left);
    assert!(confirm.buttons[0].is_focused);
    assert_eq!(viewer.balance(), 9500);
    viewer.press("WAIT:400ms RIGHT OK");
    viewer.sees(PlaceKind::Outcome);
    assert_eq!(viewer.balance(), 9500 - 1995);
    let offers = viewer.tv.sandbox().expect("inside").active_offers(&member).expect("offers");
    for offer in ["service-viewing-control", "quota-10", "film-potemkin"] {
        assert!(offers.iter().any(|held| held == offer), "{offer} is not in {offers:?}");
    }

    // Watches at once, comes back to where they were, goes home.
    let Screen::Outcome(outcome) = viewer.vm().screen else { panic!("the outcome") };
    assert_eq!(viewer.tv.words(&outcome.buttons[0].label), words.watch_now);
    viewer.press("OK WAIT:3s");
    viewer.sees(PlaceKind::Player);
    let Screen::Player(player) = viewer.vm().screen else { panic!("the player") };
    assert_eq!(viewer.tv.words(&player.elapsed), "00:00:03");
    assert!(!viewer.tv.words(&player.link).contains("token"));
    viewer.press("BACK");
    viewer.sees(PlaceKind::Outcome);
    viewer.press("BACK");
    viewer.sees(PlaceKind::Home);
    let Screen::Home(home) = viewer.vm().screen else { panic!("home") };
    let balance = viewer.tv.words(&viewer.vm().chrome.balance).replace('\u{a0}', " ");
    assert!(words.left.starts_with(&format!("{balance} ")), "{balance}");
    assert!(home.rows[0].cards.iter().any(|card| card.is_focused));

    // A second exchange this month is refused, with its date.
    viewer.finds("film-aelita");
    viewer.press("OK");
    viewer.sees(PlaceKind::Offer);
    viewer.press("OK");
    viewer.sees(PlaceKind::Refusal);
    let Screen::Refusal(refusal) = viewer.vm().screen else { panic!("the refusal") };
    let causes: Vec<String> = refusal.causes.iter().map(|cause| viewer.tv.words(&cause.title)).collect();
    assert!(causes.iter().any(|cause| cause == words.limit), "{causes:?}");
    let advice: Vec<String> = refusal.causes.iter().map(|cause| viewer.tv.words(&cause.advice)).collect();
    assert!(advice.iter().any(|advice| advice == words.limit_until), "{advice:?}");
    assert_eq!(viewer.balance(), 7505);
    viewer.press("BACK*3");
    viewer.sees(PlaceKind::Home);

    // 49 hours later the rental is over, the month is new, and the film is offered again.
    let film = OfferId::new("film-potemkin");
    assert!(viewer.tv.app().data.entitlement_of(&film).is_some());
    viewer.time_passes(TimeDelta::hours(49));
    assert!(viewer.tv.app().data.entitlement_of(&film).is_none());
    let offer = viewer.tv.app().data.shelf.offer(&film).expect("the film").clone();
    assert!(offer.eligibility.is_allowed, "{:?}", offer.eligibility);
    assert_eq!(offer.active_until, None);
}

#[test]
fn a_reward_that_the_box_may_order_brings_its_promo_code() {
    let args = ["emulator", "--headless", "--scenario", "rewards-on-box", "--clock", START, "--size", "1280x720"];
    let tv = Television::switch_on(&Args::parse_from(args)).expect("the television switches on");
    let mut viewer = Viewer { tv };
    viewer.sees(PlaceKind::Home);
    for antivirus in ["antivirus-drweb", "antivirus-eset"] {
        viewer.finds(antivirus);
        viewer.press("GREEN");
    }
    viewer.press("YELLOW OK WAIT:400ms RIGHT OK");
    viewer.sees(PlaceKind::Outcome);
    let Screen::Outcome(outcome) = viewer.vm().screen else { panic!("the outcome") };
    let large = viewer.tv.words(&outcome.promo_code);
    assert!(outcome.promo_qr.is_some() && large.len() >= 12, "{large}");
    let said: Vec<String> = outcome.lines.iter().map(|line| viewer.tv.words(&line.subtitle)).collect();
    assert!(said[0].contains(&large), "{said:?} say {large}");
    assert!(said[1].contains("Промокод") && !said[1].contains(&large), "the second has a code of its own: {said:?}");
}

#[test]
fn a_new_subscriber_signs_in_joins_exchanges_watches_and_is_told_the_rules() {
    journey(&RUSSIAN);
}

#[test]
fn the_same_journey_in_english() {
    journey(&ENGLISH);
}

/// A child with the remote finds a box without a PIN: 18+ stays closed until the member confirms on the phone.
#[test]
fn the_first_pin_is_confirmed_on_the_phone() {
    let mut viewer = Viewer::sits_down("ru");
    let code = |viewer: &Viewer| viewer.tv.app().code_on_screen().expect("a code").user_code.clone();
    viewer.tv.sandbox().expect("inside").approve(&code(&viewer), "vip").expect("the phone confirms");
    viewer.press("WAIT:6s");
    viewer.sees(PlaceKind::Home);
    let member = viewer.member();
    let before = viewer.balance();

    viewer.finds("package-night");
    viewer.press("OK OK WAIT:400ms RIGHT OK");
    viewer.sees(PlaceKind::PhoneCheck);
    let Screen::SignIn(shown) = viewer.vm().screen else { panic!("a code for the phone") };
    assert_eq!(viewer.tv.words(&shown.title), "Подтвердите PIN телефоном");
    assert!(shown.qr.is_some() && viewer.tv.words(&shown.code).len() >= 8);
    viewer.press("1 2 3 4 1 2 3 4 WAIT:6s");
    viewer.sees(PlaceKind::PhoneCheck);
    assert!(viewer.tv.app().dialog().is_none() && !viewer.tv.app().has_pin);

    // A friend's account confirms nothing, and the box stays the member's.
    viewer.tv.sandbox().expect("inside").approve(&code(&viewer), "basic").expect("the phone confirms");
    viewer.press("WAIT:6s");
    let Screen::SignIn(shown) = viewer.vm().screen else { panic!("still the code") };
    assert!(viewer.tv.words(&shown.status).starts_with("Код подтвердил другой абонент"));
    assert!(viewer.tv.app().dialog().is_none());
    assert_eq!(viewer.member(), member);

    // A new code, and the member confirms.
    viewer.press("OK WAIT:1s");
    viewer.tv.sandbox().expect("inside").approve_member(&code(&viewer), &member).expect("the phone confirms");
    viewer.press("WAIT:6s");
    viewer.sees(PlaceKind::Confirm);
    assert!(viewer.tv.app().dialog().is_some());
    assert_eq!(viewer.balance(), before);
    viewer.press("1 2 3 4 1 2 3 4 WAIT:3s");
    viewer.sees(PlaceKind::Outcome);
    assert!(viewer.tv.app().has_pin && viewer.balance() < before);
    // The sign-in goes on with what the confirmation brought.
    viewer.press("BACK BLUE WAIT:7m BLUE WAIT:1s");
    assert_eq!(viewer.member(), member);
    assert!(viewer.tv.app().core_failure().is_none());
}

/// A service that hands out no codes to a box that is signed in keeps 18+ closed, and says so.
#[test]
fn without_codes_for_the_phone_18_plus_stays_closed() {
    let mut viewer = Viewer::sits_down("ru");
    let code = viewer.tv.app().code_on_screen().expect("a code").user_code.clone();
    viewer.tv.sandbox().expect("inside").approve(&code, "vip").expect("the phone confirms");
    viewer.press("WAIT:6s");
    let before = viewer.balance();
    let gone = Fault { status: Some(404), ..Fault::new("/oauth", FaultKind::Status) };
    viewer.tv.sandbox().expect("inside").set_faults(vec![gone]);
    viewer.finds("package-night");
    viewer.press("OK OK WAIT:400ms RIGHT OK WAIT:1s");
    viewer.sees(PlaceKind::PhoneCheck);
    let Screen::Message(shown) = viewer.vm().screen else { panic!("{:?}", viewer.vm().screen) };
    assert_eq!(viewer.tv.words(&shown.message.title), "Подтвердить телефоном пока нельзя");
    viewer.press("1 2 3 4 OK WAIT:1m 1 2 3 4");
    assert!(viewer.tv.app().dialog().is_none());
    assert_eq!((viewer.balance(), viewer.tv.app().has_pin), (before, false));
    viewer.press("BACK");
    viewer.sees(PlaceKind::Offer);
}

/// A serial from the catalogue to its second episode; one exchange opens all of them.
fn serial(language: &str, next: [&str; 2], watched: &str) {
    let mut viewer = Viewer::sits_down_with(language, &["--scenario", "vip"]);
    let before = viewer.balance();
    viewer.finds("film-fantomas");
    viewer.press("OK");
    viewer.sees(PlaceKind::Offer);
    viewer.press("OK WAIT:400ms RIGHT OK");
    viewer.sees(PlaceKind::Outcome);
    // VIP: 15 % off 1 000 points.
    assert_eq!(before - viewer.balance(), 850);
    viewer.press("OK");
    viewer.sees(PlaceKind::Player);
    // The first episode lasts 54 minutes, and the card that stands in for a player as long.
    viewer.press("WAIT:55m");
    viewer.sees(PlaceKind::Outcome);
    viewer.press("BACK");
    viewer.finds("film-fantomas");
    viewer.press("OK");
    let Screen::Offer(offer) = viewer.vm().screen else { panic!("{:?}", viewer.tv.app().place()) };
    assert_eq!(viewer.fact(&offer.facts, next[0]), next[1]);
    viewer.press("RIGHT OK");
    viewer.sees(PlaceKind::Episodes);
    let Screen::List(list) = viewer.vm().screen else { panic!("{:?}", viewer.tv.app().place()) };
    let rows = &list.list.rows;
    assert_eq!((rows.len(), viewer.tv.words(&rows[0].value).as_str()), (5, watched));
    assert!(rows[1].is_focused && viewer.tv.words(&rows[1].title) == next[1]);
    viewer.press("OK");
    viewer.sees(PlaceKind::Player);
    viewer.press("BACK");
    viewer.sees(PlaceKind::Episodes);
}

#[test]
fn a_serial_is_rented_once_and_watched_episode_by_episode() {
    serial("ru", ["Следующая серия", "2. Жюв против Фантомаса"], "Просмотрено");
    serial("en", ["Next episode", "2. Juve Against Fantômas"], "Watched");
}
