//! Every parser of answers on the same bytes, for tests and fuzzing.
//!
//! A server or a proxy may send any bytes: a parser returns a value or nothing, and never panics.

use super::snapshot;
use super::wire::{account, catalog, exchange, history, oauth, problem};
use crate::domain::{self, CatalogPage};

/// Feeds the bytes to every parser and looks at all that comes out.
pub(crate) fn parse_all(bytes: &[u8]) {
    fn parse<W: serde::de::DeserializeOwned, D: std::fmt::Debug>(bytes: &[u8], into: impl FnOnce(W) -> D) {
        if let Ok(wire) = serde_json::from_slice::<W>(bytes) {
            assert!(!format!("{:?}", into(wire)).is_empty());
        }
    }
    parse(bytes, |account: account::Account| domain::Account::from(account));
    parse(bytes, account::Terms::into_domain);
    parse(bytes, |page: catalog::Page| CatalogPage::from(page));
    parse(bytes, |offer: catalog::Offer| domain::Offer::from(offer));
    parse(bytes, |exchange: exchange::Exchange| domain::Exchange::from(exchange));
    parse(bytes, |page: exchange::ExchangePage| domain::ExchangePage::from(page));
    parse(bytes, |found: exchange::FoundExchanges| found.readable());
    parse(bytes, |held: exchange::Entitlement| domain::Entitlement::from(held));
    parse(bytes, |page: history::LedgerPage| domain::LedgerPage::from(page));
    parse(bytes, |rules: history::EarningRules| domain::EarningRules::from(rules));
    parse(bytes, |problem: problem::Problem| problem.into_refusal(None));
    parse(bytes, oauth::Device::into_domain);
    parse(bytes, |tokens: oauth::Tokens| tokens.life());
    parse(bytes, |error: oauth::OauthError| error.error);
    let _ = (snapshot::read_account(bytes), snapshot::read_catalog(bytes), snapshot::read_entitlements(bytes));
}
