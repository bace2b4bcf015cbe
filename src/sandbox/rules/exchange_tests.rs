//! Tests of the exchange decision: one cause at a time, then several, then a property.

use proptest::prelude::*;

use super::super::offer::{After, PromoCode, Validity};
use super::*;

const NOW: &str = "2026-03-10T12:00:00Z";

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn points(number: i64) -> Points {
    Points::new(number).unwrap()
}

fn offer(id: &str, kind: Kind, price: i64) -> Offer {
    Offer {
        id: OfferId::new(id),
        category: "any".into(),
        title: id.to_uppercase(),
        kind,
        subtitle: String::new(),
        description: String::new(),
        year: None,
        director: None,
        duration_minutes: None,
        age: 0,
        base_price: Some(points(price)),
        validity: Validity::Hours { hours: 48 },
        after: After::Ends,
        includes: vec![],
        episodes: vec![],
        channels: vec![Channel::Box, Channel::Web],
        requires: vec![],
        excludes: vec![],
        repeat: Repeat::WhenEnded,
        promo_code: PromoCode::None,
        quota_gb: None,
        service: Some("tv".into()),
        image: None,
    }
}

fn quota(id: &str, gb: u32) -> Offer {
    Offer { quota_gb: Some(gb), requires: vec![OfferId::new("pause")], ..offer(id, Kind::Quota, 500) }
}

fn situation(available: i64) -> Situation {
    Situation {
        now: now(),
        zone: chrono_tz::Europe::Moscow,
        membership: Membership::Enrolled,
        available: points(available),
        debt_roubles: 0,
        services: vec!["tv".into()],
        discount_percent: 0,
        holdings: vec![],
        earlier: vec![],
        limit: MonthlyLimit::Strict,
    }
}

fn holding(offer: &Offer, use_state: UseState) -> Holding {
    Holding {
        entitlement: EntitlementId::new(format!("e-{}", offer.id)),
        offer: offer.id.clone(),
        title: offer.title.clone(),
        exchange: ExchangeId::new("x-1"),
        until: None,
        quota_gb: offer.quota_gb,
        use_state,
    }
}

fn wish(offer: &Offer, expected: i64) -> Wish<'_> {
    Wish { id: offer.id.clone(), offer: Some(offer), expected: points(expected) }
}

fn codes(result: Result<Plan<'_>, Vec<Reason>>) -> Vec<u8> {
    result.map_or_else(|reasons| reasons.iter().map(rank).collect(), |_| vec![])
}

#[test]
fn exactly_enough_points_suffice() {
    let film = offer("film", Kind::Film, 800);
    let plan_of_800 = situation(800);
    let plan = decide(&plan_of_800, &[wish(&film, 800)]).unwrap();
    assert_eq!((plan.total, plan.basket), (points(800), Basket::FilmsAlone));
    assert_eq!(
        decide(&situation(799), &[wish(&film, 800)]),
        Err(vec![Reason::NotEnoughPoints { balance: points(799), price: points(800) }])
    );
}

#[test]
fn the_whole_basket_must_be_paid() {
    let (one, two) = (offer("one", Kind::Film, 800), offer("two", Kind::Package, 1700));
    assert_eq!(decide(&situation(2500), &[wish(&one, 800), wish(&two, 1700)]).unwrap().total, points(2500));
    assert!(decide(&situation(2499), &[wish(&one, 800), wish(&two, 1700)]).is_err());
}

#[test]
fn the_status_discount_applies_to_each_line() {
    let film = offer("film", Kind::Film, 801);
    let vip = Situation { discount_percent: 15, ..situation(680) };
    assert_eq!(decide(&vip, &[wish(&film, 680)]).unwrap().total, points(680));
}

#[test]
fn a_debt_blocks() {
    let film = offer("film", Kind::Film, 800);
    let in_debt = Situation { debt_roubles: 450, ..situation(800) };
    assert_eq!(decide(&in_debt, &[wish(&film, 800)]), Err(vec![Reason::Debt { roubles: 450 }]));
}

#[test]
fn an_active_offer_is_already_ordered_and_an_ended_one_is_not() {
    let film = offer("film", Kind::Film, 800);
    let held = Situation { holdings: vec![holding(&film, UseState::Active)], ..situation(800) };
    assert_eq!(codes(decide(&held, &[wish(&film, 800)])), [2]);
    let ended = Situation { holdings: vec![holding(&film, UseState::Ended)], ..situation(800) };
    assert!(decide(&ended, &[wish(&film, 800)]).is_ok());
}

#[test]
fn an_antivirus_is_given_once_even_after_it_has_ended() {
    let antivirus = Offer { service: None, repeat: Repeat::Once, ..offer("antivirus", Kind::Software, 500) };
    let ended = Situation { holdings: vec![holding(&antivirus, UseState::Ended)], ..situation(800) };
    assert_eq!(codes(decide(&ended, &[wish(&antivirus, 500)])), [2]);
}

#[test]
fn an_excluded_offer_counts_as_ordered() {
    let small = offer("small", Kind::Package, 1700);
    let large = Offer { excludes: vec![OfferId::new("small")], ..offer("large", Kind::Package, 3400) };
    let held = Situation { holdings: vec![holding(&small, UseState::Active)], ..situation(9000) };
    assert_eq!(codes(decide(&held, &[wish(&large, 3400)])), [2]);
    for (first, second) in [((&large, 3400), (&small, 1700)), ((&small, 1700), (&large, 3400))] {
        let refused = decide(&situation(9000), &[wish(first.0, first.1), wish(second.0, second.1)]);
        assert_eq!(refused, Err(vec![Reason::Conflict { offer: second.0.id.clone() }]), "the later is to be left out");
    }
}

#[test]
fn every_holding_in_the_way_is_named_once() {
    let (one, two) = (offer("one", Kind::Package, 1700), offer("two", Kind::Package, 1700));
    let both = vec![OfferId::new("one"), OfferId::new("two")];
    let large = Offer { excludes: both.clone(), ..offer("large", Kind::Package, 3400) };
    let huge = Offer { excludes: both, ..offer("huge", Kind::Package, 3400) };
    let holdings = vec![holding(&one, UseState::Active), holding(&two, UseState::Active)];
    let held = Situation { holdings, ..situation(9000) };
    for basket in [&[wish(&large, 3400)][..], &[wish(&large, 3400), wish(&huge, 3400)]] {
        let named: Vec<_> = decide(&held, basket)
            .unwrap_err()
            .into_iter()
            .filter_map(|reason| if let Reason::AlreadyOrdered { offer, .. } = reason { Some(offer) } else { None })
            .collect();
        assert_eq!(named, [OfferId::new("one"), OfferId::new("two")]);
    }
}

#[test]
fn a_quota_needs_the_service_active_or_in_the_same_exchange() {
    let (ten, pause) = (quota("ten", 10), offer("pause", Kind::Service, 800));
    let alone = decide(&situation(5000), &[wish(&ten, 500)]);
    assert_eq!(alone, Err(vec![Reason::Requires { offer: OfferId::new("pause") }]));
    assert!(decide(&situation(5000), &[wish(&ten, 500), wish(&pause, 800)]).is_ok());
    let held = Situation { holdings: vec![holding(&pause, UseState::Active)], ..situation(5000) };
    assert!(decide(&held, &[wish(&ten, 500)]).is_ok());
    let ended = Situation { holdings: vec![holding(&pause, UseState::Ended)], ..situation(5000) };
    assert_eq!(codes(decide(&ended, &[wish(&ten, 500)])), [6]);
}

#[test]
fn a_larger_quota_replaces_and_an_equal_or_smaller_one_is_already_ordered() {
    let pause = offer("pause", Kind::Service, 800);
    let (five, ten, other_ten, twenty) =
        (quota("five", 5), quota("ten", 10), quota("other-ten", 10), quota("twenty", 20));
    let held = Situation {
        holdings: vec![holding(&pause, UseState::Active), holding(&ten, UseState::Active)],
        ..situation(5000)
    };
    assert_eq!(codes(decide(&held, &[wish(&five, 500)])), [2]);
    assert_eq!(codes(decide(&held, &[wish(&other_ten, 500)])), [2]);
    let plan = decide(&held, &[wish(&twenty, 500)]).unwrap();
    assert_eq!(plan.lines[0].replaces, [EntitlementId::new("e-ten")]);
}

#[test]
fn two_quotas_in_one_basket_conflict() {
    let (pause, five, ten) = (offer("pause", Kind::Service, 800), quota("five", 5), quota("ten", 10));
    let refused = decide(&situation(5000), &[wish(&pause, 800), wish(&five, 500), wish(&ten, 500)]);
    assert_eq!(refused, Err(vec![Reason::Conflict { offer: OfferId::new("five") }]));
}

#[test]
fn a_changed_price_is_refused_both_ways() {
    let film = offer("film", Kind::Film, 800);
    for shown in [799, 801] {
        assert_eq!(codes(decide(&situation(5000), &[wish(&film, shown)])), [3]);
    }
}

#[test]
fn an_unknown_offer_is_gone() {
    let gone = Wish { id: OfferId::new("gone"), offer: None, expected: points(1) };
    assert_eq!(codes(decide(&situation(5000), &[gone])), [4]);
}

#[test]
fn an_offer_without_price_or_box_is_not_for_the_box() {
    let no_price = Offer { base_price: None, ..offer("partner", Kind::Partner, 1) };
    let web_only = Offer { channels: vec![Channel::Web], ..offer("web", Kind::Discount, 100) };
    assert_eq!(codes(decide(&situation(5000), &[wish(&no_price, 1)])), [9]);
    assert_eq!(codes(decide(&situation(5000), &[wish(&web_only, 100)])), [9]);
}

#[test]
fn an_unconnected_service_is_named() {
    let film = offer("film", Kind::Film, 800);
    let no_tv = Situation { services: vec!["internet".into()], ..situation(5000) };
    assert_eq!(decide(&no_tv, &[wish(&film, 800)]), Err(vec![Reason::ServiceNotConnected { service: "tv".into() }]));
}

#[test]
fn outside_the_programme_points_and_month_mean_nothing() {
    let film = offer("film", Kind::Film, 800);
    let earlier = vec![Earlier { at: now(), basket: Basket::Mixed }];
    let outside = Situation { membership: Membership::Outside, earlier, ..situation(0) };
    assert_eq!(decide(&outside, &[wish(&film, 800)]), Err(vec![Reason::NotEnrolled]));
}

#[test]
fn outside_the_programme_everything_else_is_listed() {
    let (film, quota) = (offer("film", Kind::Film, 800), quota("quota", 5));
    let web_alone = Offer { channels: vec![Channel::Web], ..offer("web", Kind::Software, 500) };
    let outside = Situation { membership: Membership::Outside, debt_roubles: 5, services: vec![], ..situation(0) };
    let gone = Wish { id: OfferId::new("gone"), offer: None, expected: points(1) };
    let wishes = [wish(&film, 1), wish(&quota, 500), wish(&web_alone, 500), gone];
    assert_eq!(
        decide(&outside, &wishes),
        Err(vec![
            Reason::Debt { roubles: 5 },
            Reason::PriceChanged {
                offer: film.id.clone(),
                title: film.title.clone(),
                expected: points(1),
                price: points(800)
            },
            Reason::OfferGone { offer: OfferId::new("gone") },
            Reason::Requires { offer: OfferId::new("pause") },
            Reason::ServiceNotConnected { service: "tv".into() },
            Reason::NotEnrolled,
            Reason::Channel { offer: web_alone.id.clone() },
        ])
    );
}

#[test]
fn several_causes_are_all_listed() {
    let film = offer("film", Kind::Film, 800);
    let unlucky = Situation {
        debt_roubles: 450,
        holdings: vec![holding(&film, UseState::Active)],
        earlier: vec![Earlier { at: now(), basket: Basket::Mixed }],
        ..situation(10)
    };
    assert_eq!(codes(decide(&unlucky, &[wish(&film, 700)])), [0, 1, 2, 3, 5]);
}

#[test]
fn a_sum_beyond_all_points_is_refused_and_does_not_overflow() {
    let dear: Vec<_> = (0..20).map(|n| offer(&format!("dear-{n}"), Kind::Film, Points::MAX)).collect();
    let wishes: Vec<_> = dear.iter().map(|offer| wish(offer, Points::MAX)).collect();
    assert_eq!(codes(decide(&situation(Points::MAX), &wishes)), [0]);
}

proptest! {
    #[test]
    fn a_plan_never_costs_more_than_is_available(
        prices in prop::collection::vec(1_i64..3000, 1..6),
        available in 0_i64..10_000,
        percent in prop::sample::select(vec![0_u8, 5, 10, 15]),
    ) {
        let offers: Vec<_> = prices.iter().enumerate()
            .map(|(n, price)| offer(&format!("film-{n}"), Kind::Film, *price)).collect();
        let member = Situation { discount_percent: percent, ..situation(available) };
        let wishes: Vec<_> = offers.iter()
            .map(|offer| wish(offer, discounted(offer.base_price.unwrap(), percent).get())).collect();
        let naive: i64 = prices.iter().map(|price| price * (100 - i64::from(percent)) / 100).sum();
        match decide(&member, &wishes) {
            Ok(plan) => {
                prop_assert_eq!(plan.total.get(), naive);
                prop_assert!(naive <= available);
            }
            Err(reasons) => {
                prop_assert!(naive > available);
                prop_assert_eq!(reasons.len(), 1);
            }
        }
    }
}
