//! The world of the journeys: one member, a small catalogue of every kind, and a server that answers.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

pub(crate) use super::failures::every_failure;
use crate::core::{Answer, App, Boot, CachedData, Identity, Memory, Request, Session, Settings, StoredOrder};
use crate::domain::*;

/// The journeys begin at 2026-11-22 12:00 UTC.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_348_800, 0).expect("the start is a date")
}

pub(crate) fn points(amount: i64) -> Points {
    Points::new(amount).expect("a test amount is not negative")
}

pub(crate) fn offer_id(id: &str) -> OfferId {
    OfferId::new(id)
}

/// The server and what it knows.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) account: Account,
    pub(crate) catalog: Catalog,
    pub(crate) etag: &'static str,
    pub(crate) page_size: usize,
    pub(crate) entitlements: Vec<Entitlement>,
    pub(crate) ledger: Vec<LedgerEntry>,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) earning: EarningRules,
    pub(crate) terms: Terms,
    pub(crate) poll: SignInPoll,
}

impl Default for World {
    fn default() -> Self {
        Self {
            account: account(),
            catalog: catalog(),
            etag: "v1",
            page_size: 1000,
            entitlements: vec![package_held()],
            ledger: (0..45).map(ledger_entry).collect(),
            exchanges: (0..3).map(past_exchange).collect(),
            earning: earning(),
            terms: terms("t1"),
            poll: SignInPoll::Pending,
        }
    }
}

impl World {
    /// A member who can watch a film now.
    pub(crate) fn with_film() -> Self {
        Self { entitlements: vec![film_held(), package_held()], ..Self::default() }
    }

    pub(crate) fn not_enrolled() -> Self {
        let mut world = Self::default();
        world.account.is_enrolled = false;
        world
    }

    pub(crate) fn boot(&self) -> Boot {
        Boot {
            identity: identity(),
            settings: Settings::default(),
            session: Session::SignedIn,
            cached: None,
            watched: Watched::default(),
            order: StoredOrder::None,
            has_pin: false,
            memory: Memory::Kept,
        }
    }

    /// What the cache of yesterday holds.
    pub(crate) fn cached(&self) -> CachedData {
        CachedData {
            account: self.account.clone(),
            catalog: self.catalog.clone().into(),
            etag: Some(self.etag.to_owned()),
            entitlements: self.entitlements.clone(),
            language: Language::Ru,
            fetched_at: start() - TimeDelta::days(1),
        }
    }

    /// The server's answer when all is well.
    pub(crate) fn answer(&self, request: &Request, at: DateTime<Utc>) -> Answer {
        match request {
            Request::StartSignIn => Answer::DeviceCode(device_code("AAAA-BBBB")),
            Request::PollSignIn { .. } | Request::ConfirmMember { .. } => Answer::SignIn(self.poll),
            Request::Account => Answer::Account(Account { server_time: at, ..self.account.clone() }),
            Request::Terms => Answer::Terms(self.terms.clone()),
            Request::Enrol { .. } => {
                Answer::Account(Account { is_enrolled: true, server_time: at, ..self.account.clone() })
            }
            Request::Catalog { etag: Some(etag), .. } if etag == self.etag => {
                Answer::CatalogUnchanged { max_age: None }
            }
            Request::Catalog { cursor, .. } => {
                let from = cursor.as_ref().map_or(0, |cursor| cursor.parse().expect("a cursor of this server"));
                let to = (from + self.page_size).min(self.catalog.offers.len());
                Answer::Catalog { page: self.page(from, to, at), etag: Some(self.etag.to_owned()), max_age: None }
            }
            Request::Entitlements => {
                Answer::Entitlements { server_time: Some(at), entitlements: self.entitlements.to_vec() }
            }
            Request::Exchange(order) => Answer::Exchange(confirmed(order, at)),
            Request::FindExchange(_) => Answer::NoExchange,
            Request::SetRenewal { id, to } => {
                let known = self.entitlements.iter().find(|held| held.id == *id).cloned();
                let mut held = known.unwrap_or_else(package_held);
                held.renewal = held.renewal.map(|renewal| Renewal { is_on: *to == RenewalSwitch::On, ..renewal });
                Answer::Renewal(held)
            }
            Request::Ledger { cursor } => {
                let (entries, next_cursor) = self.rows(&self.ledger, cursor.as_deref());
                Answer::Ledger(LedgerPage { entries, next_cursor })
            }
            Request::Exchanges { cursor } => {
                let (exchanges, next_cursor) = self.rows(&self.exchanges, cursor.as_deref());
                Answer::Exchanges(ExchangePage { exchanges, next_cursor })
            }
            Request::EarningRules => Answer::EarningRules(self.earning.clone()),
            Request::SignOut => Answer::SignedOut,
        }
    }

    fn page(&self, from: usize, to: usize, at: DateTime<Utc>) -> CatalogPage {
        CatalogPage {
            version: self.catalog.version.clone(),
            total: self.catalog.offers.len(),
            categories: self.catalog.categories.clone(),
            offers: self.catalog.offers.get(from..to).unwrap_or_default().to_vec(),
            next_cursor: (to < self.catalog.offers.len()).then(|| to.to_string()),
            server_time: Some(at),
        }
    }

    fn rows<T: Clone>(&self, all: &[T], cursor: Option<&str>) -> (Vec<T>, Option<String>) {
        let from = cursor.map_or(0, |cursor| cursor.parse().expect("a cursor of this server"));
        let to = (from + 20).min(all.len());
        (all.get(from..to).unwrap_or_default().to_vec(), (to < all.len()).then(|| to.to_string()))
    }

    /// Changes one offer of the catalogue and gives the catalogue a new version.
    pub(crate) fn change(&mut self, id: &str, change: impl FnOnce(&mut Offer)) {
        self.etag = "changed";
        let offer = self.catalog.offers.iter_mut().find(|offer| offer.id.as_str() == id).expect("it is sold");
        change(Arc::make_mut(offer));
    }

    /// Takes an offer out of the catalogue.
    pub(crate) fn withdraw(&mut self, id: &str) {
        self.etag = "changed";
        self.catalog.offers.retain(|offer| offer.id.as_str() != id);
    }
}

pub(crate) fn identity() -> Identity {
    Identity {
        version: "0.1.0".to_owned(),
        device_id: "box-1".to_owned(),
        api_host: "bonus.example".to_owned(),
        account_url: Some("https://lk.example/".to_owned()),
        dim_after: Some(Duration::from_secs(300)),
        player_hears_keys: true,
        ..Identity::default()
    }
}

pub(crate) fn account() -> Account {
    Account {
        member_id: "m1".to_owned(),
        display_name: "Анна".to_owned(),
        is_enrolled: true,
        balance: points(5000),
        held: Points::ZERO,
        debt_roubles: None,
        status: Status {
            code: StatusCode::Standard,
            name: "Стандартный".to_owned(),
            discount_percent: 10,
            points: points(1200),
            next: Some(NextStatus {
                name: "Привилегия".to_owned(),
                threshold: points(3000),
                missing: points(1800),
                discount_percent: 15,
            }),
            until: None,
        },
        expiring: vec![ExpiringLot { points: points(300), expires_at: start() + TimeDelta::days(9) }],
        pending: vec![PendingAccrual {
            points: points(50),
            reason: AccrualReason::Payment,
            posts_at: start() + TimeDelta::days(3),
        }],
        next_exchange_at: None,
        exchange_limit: ExchangeLimit::Every,
        region: Region { code: "msk".to_owned(), name: "Москва".to_owned() },
        offset: FixedOffset::east_opt(3 * 3600).expect("three hours is an offset"),
        connected_services: vec!["tv".to_owned()],
        terms_version: "t1".to_owned(),
        server_time: start(),
    }
}

pub(crate) fn offer(id: &str, category: &str, kind: OfferKind, title: &str, price: i64) -> Offer {
    Offer {
        id: offer_id(id),
        category: CategoryId::new(category),
        title: title.to_owned(),
        kind,
        subtitle: String::new(),
        description: "Описание".to_owned(),
        year: None,
        director: None,
        duration_minutes: None,
        age: 12,
        base_price: Some(points(price + 80)),
        discount_percent: 10,
        price: Some(points(price)),
        validity: Validity::Hours(48),
        valid_until: Some(start() + TimeDelta::hours(48)),
        after: AfterPeriod::Ends,
        includes: Vec::new(),
        is_orderable_here: true,
        requires: Vec::new(),
        episodes: Vec::new(),
        quota_gb: None,
        eligibility: Eligibility { is_allowed: true, reasons: Vec::new() },
        active_until: None,
        image: Some(id.to_owned()),
    }
}

pub(crate) fn refused_for(mut offer: Offer, reasons: Vec<Reason>) -> Offer {
    offer.eligibility = Eligibility { is_allowed: false, reasons };
    offer
}

/// 15 films, 6 packages, a service with the quota that needs it, two for adults, three other rewards.
fn catalog() -> Catalog {
    let category =
        |id: &str, title: &str, kind, count| Category { id: CategoryId::new(id), title: title.to_owned(), kind, count };
    let mut offers: Vec<Offer> =
        (1..=15).map(|n| offer(&format!("f{n}"), "films", OfferKind::Film, &format!("Фильм {n}"), 100 + n)).collect();
    offers.extend((1..=6).map(|n| Offer {
        validity: Validity::MonthsFromNext(1),
        after: AfterPeriod::Paid { roubles: 199 },
        ..offer(&format!("p{n}"), "packages", OfferKind::Package, &format!("Пакет {n}"), 500 + n)
    }));
    offers.push(Offer {
        validity: Validity::Permanent,
        ..offer("s1", "services", OfferKind::Service, "Управление просмотром", 300)
    });
    let quota = Offer {
        requires: vec![offer_id("s1")],
        quota_gb: Some(30),
        ..offer("q1", "services", OfferKind::Quota, "Квота 30 ГБ", 200)
    };
    offers.push(refused_for(
        quota,
        vec![Reason::Requires {
            offer_id: offer_id("s1"), title: "Управление просмотром".to_owned()
        }],
    ));
    offers.extend((1..=2).map(|n| Offer {
        age: 18,
        ..offer(&format!("a{n}"), "adult", OfferKind::Film, &format!("Для взрослых {n}"), 150)
    }));
    offers.extend((1..=3).map(|n| Offer {
        is_orderable_here: false,
        price: None,
        base_price: None,
        ..refused_for(
            offer(&format!("o{n}"), "gifts", OfferKind::Other, &format!("Подарок {n}"), 0),
            vec![Reason::Channel { offer_id: offer_id(&format!("o{n}")) }],
        )
    }));
    Catalog {
        version: "v1".to_owned(),
        categories: vec![
            category("films", "Кино", CategoryKind::Tv, 15),
            category("packages", "Пакеты", CategoryKind::Tv, 6),
            category("services", "Услуги", CategoryKind::Tv, 2),
            category("adult", "Для взрослых", CategoryKind::Tv, 2),
            category("gifts", "Подарки", CategoryKind::Other, 3),
        ],
        total: offers.len(),
        offers: offers.into_iter().map(Arc::new).collect(),
    }
}

/// `count` films in one category, as the largest catalogue a server may send.
pub(crate) fn many_films(count: usize) -> Catalog {
    let offers = (0..count).map(|n| Arc::new(offer(&format!("n{n}"), "films", OfferKind::Film, "Фильм", 100)));
    Catalog { offers: offers.collect(), total: count, ..catalog() }
}

/// A package that runs and renews itself for money.
pub(crate) fn package_held() -> Entitlement {
    Entitlement {
        id: EntitlementId::new("e-p6"),
        offer_id: offer_id("p6"),
        title: "Пакет 6".to_owned(),
        kind: OfferKind::Package,
        image: None,
        exchange_id: None,
        starts_at: Some(start() - TimeDelta::days(5)),
        until: Some(start() + TimeDelta::days(8)),
        renewal: Some(Renewal { is_on: true, price_roubles: Some(199) }),
        playback: None,
        episodes: Vec::new(),
        promo_code: None,
    }
}

/// A film that can be watched.
pub(crate) fn film_held() -> Entitlement {
    film_of("f15", "e-f15")
}

pub(crate) fn film_of(offer: &str, id: &str) -> Entitlement {
    Entitlement {
        id: EntitlementId::new(id),
        offer_id: offer_id(offer),
        title: format!("Фильм {offer}"),
        kind: OfferKind::Film,
        renewal: None,
        until: Some(start() + TimeDelta::hours(40)),
        playback: Some(Playback {
            url: Secret::new("https://media.example/f.mp4?token=SECRET"),
            title: format!("Фильм {offer}"),
        }),
        ..package_held()
    }
}

fn ledger_entry(n: i64) -> LedgerEntry {
    LedgerEntry {
        id: format!("l{n}"),
        at: start() - TimeDelta::days(n),
        amount: PointsChange::new(if n % 3 == 0 { -100 } else { 50 }),
        balance_after: Some(points(5000)),
        entry_type: EntryType::Accrual,
        reason: AccrualReason::Payment,
        title: String::new(),
        expires_at: None,
        exchange_id: None,
    }
}

fn past_exchange(n: i64) -> Exchange {
    let line = OrderLine {
        offer_id: offer_id(&format!("p{}", n + 1)),
        title: format!("Пакет {}", n + 1),
        expected_price: points(500),
    };
    Exchange {
        id: ExchangeId::new(&format!("x{n}")),
        ..confirmed(&order("m1", vec![line]), start() - TimeDelta::days(40 + n))
    }
}

fn earning() -> EarningRules {
    EarningRules {
        rules: (0..6)
            .map(|n| EarningRule {
                id: format!("r{n}"),
                title: format!("Способ {n}"),
                points_min: Some(points(10)),
                points_max: Some(points(10 + n)),
                note: String::new(),
                is_done: n == 2,
            })
            .collect(),
        statuses: [(StatusCode::Basic, "Базовый", 0), (StatusCode::Standard, "Стандартный", 1000)]
            .into_iter()
            .map(|(code, name, threshold)| StatusRule {
                code,
                name: name.to_owned(),
                threshold: points(threshold),
                discount_percent: 5,
                months: 12,
            })
            .collect(),
    }
}

pub(crate) fn terms(version: &str) -> Terms {
    Terms {
        version: version.to_owned(),
        title: "Правила".to_owned(),
        paragraphs: (1..=5).map(|n| format!("{version}: пункт {n}")).collect(),
        joining_points: points(500),
    }
}

pub(crate) fn device_code(user_code: &str) -> DeviceCode {
    DeviceCode {
        device_code: Secret::new(format!("device-{user_code}")),
        user_code: user_code.to_owned(),
        verification_uri: "https://bonus.example/tv".to_owned(),
        verification_uri_complete: format!("https://bonus.example/tv?code={user_code}"),
        expires_in: Duration::from_secs(600),
        interval: Duration::from_secs(5),
    }
}

/// An order of the film f1 that was found on the disk.
pub(crate) fn order(member: &str, lines: Vec<OrderLine>) -> Order {
    Order {
        key: IdempotencyKey::parse("stored-key").expect("it is a key"),
        member_id: member.to_owned(),
        lines,
        placed_at: start() - TimeDelta::minutes(1),
    }
}

pub(crate) fn stored_order(member: &str) -> Order {
    order(
        member,
        vec![OrderLine { offer_id: offer_id("f1"), title: "Фильм 1".to_owned(), expected_price: points(101) }],
    )
}

/// What the server makes of an order when all is well.
pub(crate) fn confirmed(order: &Order, at: DateTime<Utc>) -> Exchange {
    Exchange {
        id: ExchangeId::new("x-new"),
        key: Some(order.key.as_str().to_owned()),
        state: ExchangeState::Confirmed,
        created_at: Some(at),
        total: Points::checked_sum(order.lines.iter().map(|line| line.expected_price)).expect("a small sum"),
        balance_after: Some(points(4000)),
        lines: order
            .lines
            .iter()
            .map(|line| ExchangeLine {
                offer_id: line.offer_id.clone(),
                title: line.title.clone(),
                price: line.expected_price,
                entitlement_id: None,
                starts_at: None,
                until: Some(at + TimeDelta::hours(48)),
                promo_code: None,
            })
            .collect(),
        next_exchange_at: Some(start() + TimeDelta::days(9)),
    }
}

/// One reason of each kind.
pub(crate) fn every_reason() -> Vec<Reason> {
    let (id, title) = (offer_id("f2"), "Фильм 2".to_owned());
    vec![
        Reason::NotEnoughPoints { balance: points(10), price: points(30), missing: points(20) },
        Reason::Debt { roubles: Some(450) },
        Reason::AlreadyOrdered { offer_id: id.clone(), title: title.clone(), exchange_id: None, until: None },
        Reason::MonthlyLimit { until: Some(start() + TimeDelta::days(9)) },
        Reason::Requires { offer_id: id.clone(), title: title.clone() },
        Reason::PriceChanged { offer_id: id.clone(), title, price: points(7) },
        Reason::OfferGone { offer_id: offer_id("gone") },
        Reason::ServiceNotConnected { service: "tv".to_owned() },
        Reason::NotEnrolled,
        Reason::Conflict { offer_id: OfferId::new("p2"), title: "Second".to_owned() },
        Reason::Channel { offer_id: id },
        Reason::Unknown { code: "new_cause".to_owned() },
    ]
}

/// The focused offer as text.
pub(crate) fn focused_id(app: &App) -> String {
    app.focused_offer().map_or_else(String::new, |id| id.to_string())
}
