//! Every field of every answer, broken in every way: each costs the least that it can.
//!
//! Nothing is typed here but the exceptions. The sandbox's OpenAPI document says which fields there are, the
//! sandbox itself gives an answer with each of them, and the client that ships reads what was made of it.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bonus_tv::api::{Carried, Client, ClientOptions, ExchangeAnswer, Fetched, MemoryTokens, TokenStore, Tokens, Wire};
use bonus_tv::domain::{
    Account, CatalogPage, DeviceCode, EarningRules, Entitlement, EntitlementId, ExchangePage, Failure, FailureKind,
    IdempotencyKey, Language, LedgerPage, Offer, OfferId, Order, OrderLine, Points, Refusal, RenewalSwitch, Secret,
    SignInPoll, Terms,
};
use serde_json::Value;

use crate::whole::Source;

/// The most that an unreadable field may cost. What stands in no exception costs its value alone.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Loss {
    /// Its value.
    Value,
    /// The object that it stands in.
    Object,
    /// The whole answer.
    Answer,
}

/// Field by field what costs more than its value, and why.
const EXCEPTIONS: &[(&str, &str, Loss, &str)] = &[
    ("account", "member_id", Loss::Answer, "whose points these are"),
    ("account", "enrolled", Loss::Answer, "whether there are points at all"),
    ("account", "balance", Loss::Answer, "decides what can be ordered"),
    ("account", "server_time", Loss::Answer, "all that ends is counted from it"),
    ("account", "status.next.threshold", Loss::Object, "the way to the next status is two numbers"),
    ("account", "status.next.missing", Loss::Object, "the way to the next status is two numbers"),
    ("account", "expiring.*.points", Loss::Object, "how many points burn"),
    ("account", "expiring.*.expires_at", Loss::Object, "when points burn"),
    ("account", "pending.*.points", Loss::Object, "how many points are promised"),
    ("account", "pending.*.posts_at", Loss::Object, "when promised points come"),
    ("terms", "version", Loss::Answer, "names what is consented to"),
    ("terms", "paragraphs", Loss::Answer, "a member consents to the whole text"),
    ("terms", "paragraphs.*", Loss::Answer, "a member consents to the whole text"),
    ("catalog", "offers", Loss::Answer, "without it any JSON would be an empty catalogue"),
    ("catalog", "offers.*.id", Loss::Object, "what is ordered"),
    ("catalog", "offers.*.price", Loss::Object, "for how much it is ordered"),
    ("catalog", "categories.*.id", Loss::Object, "offers name it"),
    ("catalog", "offers.*.eligibility.reasons.*.code", Loss::Object, "which reason it is"),
    ("catalog", "offers.*.includes.*", Loss::Object, "a text in a list"),
    ("catalog", "offers.*.episodes.*.id", Loss::Object, "what is played"),
    ("catalog", "offers.*.channels.*", Loss::Object, "a word in a list"),
    ("catalog", "offers.*.requires.*", Loss::Object, "an id in a list"),
    ("catalog", "offers.*.after.price_roubles", Loss::Object, "what it costs later"),
    ("catalog", "offers.*.validity.*", Loss::Object, "a time needs its unit"),
    ("offer", "validity.hours", Loss::Object, "a time needs its unit"),
    ("offer", "validity.kind", Loss::Object, "a time needs its unit"),
    ("catalog", "offers.*.eligibility.reasons.*.*", Loss::Object, "a reason without its numbers keeps its code"),
    ("offer", "eligibility.reasons.*.*", Loss::Object, "a reason without its numbers keeps its code"),
    ("problem", "reasons.*.*", Loss::Object, "a reason without its numbers keeps its code"),
    ("offer", "id", Loss::Answer, "what is ordered"),
    ("offer", "episodes.*.id", Loss::Object, "what is played"),
    ("renewal", "episodes.*.id", Loss::Object, "what is played"),
    ("renewal", "episodes.*.playback.url", Loss::Object, "nothing plays without an address"),
    ("offer", "price", Loss::Answer, "for how much it is ordered"),
    ("offer", "eligibility.reasons.*.code", Loss::Object, "which reason it is"),
    ("exchange", "id", Loss::Answer, "names the exchange"),
    ("exchange", "state", Loss::Answer, "whether it is decided"),
    ("exchange", "total", Loss::Answer, "what was charged"),
    ("exchange", "lines.*.offer_id", Loss::Object, "what was bought"),
    ("exchanges", "exchanges", Loss::Answer, "without it any JSON would be an empty history"),
    ("exchanges", "exchanges.*.id", Loss::Object, "names the exchange"),
    ("exchanges", "exchanges.*.state", Loss::Object, "whether it is decided"),
    ("exchanges", "exchanges.*.total", Loss::Object, "what was charged"),
    ("exchanges", "exchanges.*.lines.*.offer_id", Loss::Object, "what was bought"),
    ("entitlements", "entitlements", Loss::Answer, "without it any JSON would say that nothing is connected"),
    ("entitlements", "entitlements.*.id", Loss::Object, "names the option that is switched"),
    ("entitlements", "entitlements.*.episodes.*.id", Loss::Object, "what is played"),
    ("entitlements", "entitlements.*.episodes.*.playback.url", Loss::Object, "nothing plays without an address"),
    ("entitlements", "entitlements.*.playback.url", Loss::Object, "nothing plays without an address"),
    ("renewal", "id", Loss::Answer, "names the option that was switched"),
    ("renewal", "playback.url", Loss::Object, "nothing plays without an address"),
    ("ledger", "entries", Loss::Answer, "without it any JSON would be an empty ledger"),
    ("ledger", "entries.*.id", Loss::Object, "names the line, so that none stands twice"),
    ("ledger", "entries.*.at", Loss::Object, "when it happened"),
    ("ledger", "entries.*.amount", Loss::Object, "how many points"),
    ("earning-rules", "rules", Loss::Answer, "without it any JSON would be an empty list"),
    ("earning-rules", "rules.*.title", Loss::Object, "what to do"),
    ("earning-rules", "statuses.*.threshold", Loss::Object, "from when a status applies"),
    ("problem", "code", Loss::Answer, "only the service's own word is a refusal"),
    ("problem", "reasons.*.code", Loss::Object, "which reason it is"),
    ("device", "device_code", Loss::Answer, "the box asks with it"),
    ("device", "user_code", Loss::Answer, "the member types it"),
    ("tokens", "access_token", Loss::Answer, "it is the sign-in"),
    // The exchange is read with its order in mind; what may be missing there is tested beside it.
    ("exchange", "created_at", Loss::Answer, "tells one order from another"),
    ("exchange", "balance_after", Loss::Answer, "what is left"),
    ("exchange", "lines", Loss::Answer, "what was bought"),
    ("exchange", "next_exchange_at", Loss::Answer, "see above"),
    ("exchange", "lines.*.*", Loss::Object, "see above"),
    ("exchanges", "exchanges.*.created_at", Loss::Object, "tells one order from another"),
    ("exchanges", "exchanges.*.balance_after", Loss::Object, "what is left"),
    ("exchanges", "exchanges.*.lines", Loss::Object, "what was bought"),
    ("exchanges", "exchanges.*.next_exchange_at", Loss::Object, "see above"),
    ("exchanges", "exchanges.*.lines.*.*", Loss::Object, "see above"),
];

/// What the client made of an answer.
#[derive(Debug, PartialEq)]
enum Heard {
    Account(Account),
    Terms(Terms),
    Catalog(CatalogPage),
    Offer(Offer),
    Exchange(ExchangeAnswer),
    Exchanges(ExchangePage),
    Entitlements(Vec<Entitlement>, Option<chrono::DateTime<chrono::Utc>>),
    Renewal(Entitlement),
    Ledger(LedgerPage),
    EarningRules(EarningRules),
    Refusal(Refusal),
    Device(DeviceCode),
    Tokens(SignInPoll, Option<Tokens>),
}

/// An answer that the client reads: where the document describes it and how it is asked for.
struct Endpoint {
    name: &'static str,
    document: (&'static str, &'static str, &'static str),
    status: u16,
    ask: for<'a> fn(&'a Client, &'a MemoryTokens) -> Asked<'a>,
}

type Asked<'a> = Pin<Box<dyn Future<Output = Result<Heard, Failure>> + 'a>>;

macro_rules! endpoints {
    ($($name:literal $document:expr, $status:literal, |$client:ident, $tokens:ident| $ask:expr;)*) => {
        [$(Endpoint {
            name: $name,
            document: $document,
            status: $status,
            ask: |$client, $tokens| Box::pin(async move { let _ = $tokens; $ask }),
        }),*]
    };
}

fn endpoints() -> Vec<Endpoint> {
    endpoints! {
        "account" ("/v1/account", "get", "200"), 200, |client, _tokens| client.account().await.map(Heard::Account);
        "terms" ("/v1/terms", "get", "200"), 200, |client, _tokens| client.terms(Language::Ru).await.map(Heard::Terms);
        "catalog" ("/v1/catalog", "get", "200"), 200, |client, _tokens| match client.catalog(None, 10, None).await? {
            Fetched::New { value, .. } => Ok(Heard::Catalog(value)),
            Fetched::NotModified { .. } => panic!("a whole answer is not 304"),
        };
        "offer" ("/v1/catalog/{id}", "get", "200"), 200, |client, _tokens| {
            client.offer(&OfferId::new("a")).await.map(Heard::Offer)
        };
        "exchange" ("/v1/exchanges", "post", "201"), 201, |client, _tokens| {
            client.exchange(&order()).await.map(Heard::Exchange)
        };
        "exchanges" ("/v1/exchanges", "get", "200"), 200, |client, _tokens| {
            client.exchanges(None).await.map(Heard::Exchanges)
        };
        "entitlements" ("/v1/entitlements", "get", "200"), 200, |client, _tokens| {
            client.entitlements().await.map(|(held, at)| Heard::Entitlements(held, at))
        };
        "renewal" ("/v1/entitlements/{id}/renewal", "put", "200"), 200, |client, _tokens| {
            client.set_renewal(&EntitlementId::new("e"), RenewalSwitch::Off).await.map(Heard::Renewal)
        };
        "ledger" ("/v1/ledger", "get", "200"), 200, |client, _tokens| client.ledger(None).await.map(Heard::Ledger);
        "earning-rules" ("/v1/earning-rules", "get", "200"), 200, |client, _tokens| {
            client.earning_rules().await.map(Heard::EarningRules)
        };
        "problem" ("/v1/enrolment", "post", "409"), 409, |client, _tokens| match client.enrol("t").await {
            Ok(_) => panic!("a problem is no account"),
            Err(Failure { kind: FailureKind::Refused(refusal), .. }) => Ok(Heard::Refusal(refusal)),
            Err(failure) => Err(failure),
        };
        "device" ("/oauth/device_authorization", "post", "200"), 200, |client, _tokens| {
            client.start_sign_in().await.map(Heard::Device)
        };
        "tokens" ("/oauth/token", "post", "200"), 200, |client, tokens| {
            let poll = client.poll_sign_in(&Secret::new("d")).await?;
            Ok(Heard::Tokens(poll, tokens.load().unwrap()))
        };
    }
    .into()
}

fn order() -> Order {
    let line = OrderLine { offer_id: OfferId::new("a"), title: String::new(), expected_price: Points::ZERO };
    Order {
        key: IdempotencyKey::from_entropy(7),
        member_id: "m".to_owned(),
        lines: vec![line],
        placed_at: "2026-11-22T10:00:00Z".parse().unwrap(),
    }
}

/// Gives each question the same answer.
struct Canned {
    status: u16,
    body: Mutex<String>,
}

impl Wire for Canned {
    fn carry(&self, _request: reqwest::Request) -> Carried {
        let response = axum::http::Response::builder()
            .status(self.status)
            .header("content-type", if self.status < 400 { "application/json" } else { "application/problem+json" })
            .body(self.body.lock().unwrap().clone())
            .unwrap();
        Box::pin(std::future::ready(Ok(response.into())))
    }
}

/// One endpoint with a whole answer, and the client that reads what is made of it.
struct Reader {
    endpoint: Endpoint,
    wire: Arc<Canned>,
    whole: Value,
}

impl Reader {
    fn new(endpoint: Endpoint, whole: Value) -> Self {
        let wire = Arc::new(Canned { status: endpoint.status, body: Mutex::new(String::new()) });
        Self { endpoint, wire, whole }
    }

    async fn hear(&self, body: String) -> Result<Heard, FailureKind> {
        *self.wire.body.lock().unwrap() = body;
        let tokens = Arc::new(MemoryTokens::default());
        tokens.save(&Tokens { access: Secret::new("access"), refresh: Some(Secret::new("refresh")) }).unwrap();
        let client = Client::over(
            self.wire.clone(),
            &ClientOptions::new("http://127.0.0.1:1/".parse().unwrap()),
            tokens.clone(),
        );
        (self.endpoint.ask)(&client, &tokens).await.map_err(|failure| failure.kind)
    }

    /// What is heard where these fields hold that JSON, or nothing.
    async fn with(&self, changes: &[(&[Step], Option<&str>)]) -> Result<Heard, FailureKind> {
        let (mut body, mut texts) = (self.whole.clone(), Vec::new());
        for (path, json) in changes {
            match json {
                None => remove(&mut body, path),
                Some(json) => {
                    let mark = format!("@@{}@@", texts.len());
                    *find(&mut body, path).expect("the field is there") = Value::from(mark.clone());
                    texts.push((format!("\"{mark}\""), *json));
                }
            }
        }
        let text = texts.into_iter().fold(body.to_string(), |text, (mark, json)| text.replace(&mark, json));
        self.hear(text).await
    }

    /// Whether the field says anything to the client, given what was changed before.
    async fn is_heard(&self, changes: &[(&[Step], Option<&str>)], field: &[Step]) -> bool {
        let all: Vec<_> = changes.iter().copied().chain([(field, None)]).collect();
        self.with(changes).await != self.with(&all).await
    }
}

/// A step into an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Name(String),
    At(usize),
}

fn find<'a>(value: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Name(name) => value.get_mut(name),
        Step::At(at) => value.get_mut(at),
    })
}

fn remove(value: &mut Value, path: &[Step]) {
    let Some((last, parents)) = path.split_last() else { return };
    match (find(value, parents), last) {
        (Some(Value::Object(map)), Step::Name(name)) => drop(map.remove(name)),
        (Some(Value::Array(items)), Step::At(at)) if *at < items.len() => drop(items.remove(*at)),
        _ => {}
    }
}

/// Every field of an answer; of a list the first item stands for all.
fn fields(value: &Value, path: &mut Vec<Step>, into: &mut Vec<Vec<Step>>) {
    let children: Vec<(Step, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(name, value)| (Step::Name(name.clone()), value)).collect(),
        Value::Array(items) => items.iter().take(1).map(|value| (Step::At(0), value)).collect(),
        _ => return,
    };
    for (step, child) in children {
        path.push(step);
        into.push(path.clone());
        fields(child, path, into);
        path.pop();
    }
}

fn name_of(path: &[Step]) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Name(name) => name.clone(),
        Step::At(_) => "*".to_owned(),
    });
    steps.collect::<Vec<_>>().join(".")
}

/// The most that a field may cost.
fn allowed(endpoint: &str, name: &str) -> Loss {
    let matches = |pattern: &str| {
        pattern == name
            || pattern.strip_suffix(".*").is_some_and(|front| {
                name.strip_prefix(front).is_some_and(|rest| rest.starts_with('.') && !rest.ends_with(".*"))
            })
    };
    let found = EXCEPTIONS.iter().find(|(of, pattern, _, _)| *of == endpoint && matches(pattern));
    found.map_or(Loss::Value, |(_, _, loss, _)| *loss)
}

/// What stands in answers where something else belongs.
fn nonsense() -> Vec<(&'static str, String)> {
    let short = [
        "null",
        "[]",
        "{}",
        "true",
        "\"\"",
        "-1",
        "1.5",
        "1e999",
        "9223372036854775807",
        "\"brand_new\"",
        "\"9999-12-31T00:00:00Z\"",
        "\"\\ud83d\"",
        "\"2026-02-30T10:00:00Z\"",
        "[{}]",
    ];
    let mut all: Vec<_> = short.into_iter().map(|text| (text, text.to_owned())).collect();
    all.push(("10 000 characters", format!("\"{}\"", "ж".repeat(10_000))));
    all.push(("500 lists in each other", format!("{}{}", "[".repeat(500), "]".repeat(500))));
    all
}

/// The same value as other servers write it.
fn spellings(value: &Value) -> Vec<String> {
    match value {
        Value::Number(number) => vec![format!("\"{number}\""), format!("{number}.0"), format!("\" {number}.00\"")],
        Value::Bool(is_so) => vec![format!("\"{is_so}\""), u8::from(*is_so).to_string()],
        _ => Vec::new(),
    }
}

async fn check(reader: &Reader) -> Vec<String> {
    let mut faults = Vec::new();
    let whole = reader.with(&[]).await.unwrap_or_else(|kind| panic!("{}: {kind:?}", reader.endpoint.name));
    let mut all = Vec::new();
    fields(&reader.whole, &mut Vec::new(), &mut all);
    let mut heard = Vec::new();
    for field in &all {
        if reader.is_heard(&[], field).await {
            heard.push(field.clone());
        }
    }
    for field in &all {
        let name = name_of(field);
        let loss = allowed(reader.endpoint.name, &name);
        if loss == Loss::Answer {
            continue;
        }
        // What goes on being heard: everything outside of what may be lost.
        let lost = if loss == Loss::Object { &field[..field.len() - 1] } else { &field[..] };
        let apart = |other: &Vec<Step>| !other.starts_with(lost) && !lost.starts_with(other);
        let outside: Vec<_> = heard.iter().filter(|other| apart(other)).collect();
        let missing = reader.with(&[(field, None)]).await;
        let mut fail = |what: &str| faults.push(format!("{} {name}: {what}", reader.endpoint.name));
        if missing.is_err() {
            fail("missing it costs the answer");
            continue;
        }
        for other in &outside {
            if !reader.is_heard(&[(field, None)], other).await {
                fail(&format!("missing it costs {}", name_of(other)));
            }
        }
        let mut value = reader.whole.clone();
        let value = find(&mut value, field).expect("the field is there").clone();
        // One beside it and one at the top are enough for the many ways of nonsense.
        let beside = outside
            .iter()
            .filter(|other| other.len() == field.len() && other[..other.len() - 1] == field[..field.len() - 1]);
        let witnesses: Vec<_> = beside.take(1).chain(outside.iter().take(1)).collect();
        for (what, json) in nonsense() {
            let change: &[(&[Step], Option<&str>)] = &[(field, Some(json.as_str()))];
            let heard = reader.with(change).await;
            if heard.is_err() {
                fail(&format!("{what} costs the answer"));
                continue;
            }
            for witness in &witnesses {
                if !reader.is_heard(change, witness).await {
                    fail(&format!("{what} costs {}", name_of(witness)));
                }
            }
        }
        for json in spellings(&value) {
            if reader.with(&[(field, Some(json.as_str()))]).await.as_ref() != Ok(&whole) {
                fail(&format!("{json} is not understood"));
            }
        }
    }
    faults
}

/// NET-5, C46, C52 and their brothers: the smallest loss for every field of every answer that the client reads.
#[tokio::test]
async fn no_field_costs_more_than_it_must() {
    let source = Source::start().await;
    let (mut faults, mut names) = (Vec::new(), BTreeSet::new());
    for endpoint in endpoints() {
        let answer = source.answer(endpoint.name).await;
        let whole = source.whole(endpoint.document, &answer);
        let reader = Reader::new(endpoint, whole);
        let mut all = Vec::new();
        fields(&reader.whole, &mut Vec::new(), &mut all);
        names.extend(all.iter().map(|field| format!("{} {}", reader.endpoint.name, name_of(field))));
        faults.extend(check(&reader).await);
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(names.len() > 150, "the walk meets {} fields", names.len());
    for (endpoint, pattern, _, _) in EXCEPTIONS.iter().filter(|(_, pattern, _, _)| !pattern.ends_with(".*")) {
        assert!(names.contains(&format!("{endpoint} {pattern}")), "{endpoint} {pattern} is no field any more");
    }
}

/// C52: each odd field in the account that left no menu, with what the menu has now.
#[tokio::test]
async fn c52_one_odd_field_in_the_account_costs_that_field() {
    let source = Source::start().await;
    let endpoint = endpoints().into_iter().find(|endpoint| endpoint.name == "account").unwrap();
    let whole = source.whole(endpoint.document, &source.answer("account").await);
    let reader = Reader::new(endpoint, whole);
    let read = async |path: &[&str], json: &str| {
        let path: Vec<_> = path.iter().map(|name| Step::Name((*name).to_owned())).collect();
        match reader.with(&[(&path, Some(json))]).await {
            Ok(Heard::Account(account)) => Some(account),
            _ => None,
        }
    };
    assert_eq!(read(&["display_name"], "null").await.unwrap().display_name, "");
    assert_eq!(read(&["held"], "null").await.unwrap().held, Points::ZERO);
    assert_eq!(read(&["status", "name"], "null").await.unwrap().status.name, "");
    for discount in ["12.5", "101"] {
        assert_eq!(read(&["status", "discount_percent"], discount).await.unwrap().status.discount_percent, 0);
    }
    assert_eq!(read(&["region"], "null").await.unwrap().region.name, "");
    for never in ["\"\"", "\"9999-12-31T00:00:00Z\""] {
        assert_eq!(read(&["next_exchange_at"], never).await.unwrap().next_exchange_at, None);
    }
    assert_eq!(read(&["utc_offset_minutes"], "180.0").await.unwrap().offset.local_minus_utc(), 10_800);
    assert_eq!(read(&["utc_offset_minutes"], "100000").await.unwrap().offset.local_minus_utc(), 10_800);
    assert_eq!(read(&["debt_roubles"], "450.5").await.unwrap().debt_roubles, Some(451), "never less than is owed");
    assert_eq!(read(&["debt_roubles"], "\"450,00\"").await.unwrap().debt_roubles, Some(450));
    assert!(read(&["member_id"], "17").await.is_none(), "whose points these are");
    assert!(read(&["server_time"], "\"2026-11-22T10:00:00\"").await.is_none(), "a time without a zone");
}

/// C46: an option stays without what could not be read, and its paid renewal can be switched off.
#[tokio::test]
async fn c46_an_option_stays_without_what_could_not_be_read() {
    let source = Source::start().await;
    let endpoint = endpoints().into_iter().find(|endpoint| endpoint.name == "renewal").unwrap();
    let whole = source.whole(endpoint.document, &source.answer("renewal").await);
    let reader = Reader::new(endpoint, whole);
    let read = async |path: &[&str], json: &str| {
        let path: Vec<_> = path.iter().map(|name| Step::Name((*name).to_owned())).collect();
        match reader.with(&[(&path, Some(json))]).await {
            Ok(Heard::Renewal(held)) => held,
            other => panic!("{path:?} {json}: {other:?}"),
        }
    };
    let price = async |json: &str| read(&["renewal", "price_roubles"], json).await.renewal.unwrap().price_roubles;
    assert_eq!(price("199.00").await, Some(199));
    assert_eq!(price("\"199.00\"").await, Some(199));
    assert_eq!(price("199.50").await, Some(200), "never less than is charged");
    for unknown in ["null", "-199", "[]", "\"free\""] {
        assert_eq!(price(unknown).await, None, "{unknown}");
    }
    for odd in ["null", "\"perhaps\"", "[]"] {
        assert!(read(&["renewal", "on"], odd).await.renewal.unwrap().is_on, "{odd}");
    }
    for (odd, is_on) in [("\"?\"", true), ("[1]", true), ("true", true), ("false", false)] {
        let renewal = read(&["renewal"], odd).await.renewal.unwrap();
        assert_eq!((renewal.is_on, renewal.price_roubles), (is_on, None), "{odd}");
    }
    assert_eq!(read(&["renewal"], "null").await.renewal, None);
    assert_eq!(read(&["until"], "\"9999-12-31T00:00:00Z\"").await.until, None);
    assert_eq!(read(&["title"], "null").await.title, "");
    let film = include_str!("../fixtures/api/entitlements.json").replacen("Броненосец «Потёмкин»", "", 1);
    let endpoint = endpoints().into_iter().find(|endpoint| endpoint.name == "entitlements").unwrap();
    match Reader::new(endpoint, Value::Null).hear(film).await {
        Ok(Heard::Entitlements(held, _)) => {
            assert_eq!(held[0].title, "Броненосец «Потёмкин»", "it plays under a title")
        }
        other => panic!("{other:?}"),
    }
}
