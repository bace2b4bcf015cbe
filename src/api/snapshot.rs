//! Parts of the contract's JSON as the disk keeps them: the same shapes, the same checks.
//!
//! Files of an older version or of a broken disk are checked like the answers of a server.

use chrono::{DateTime, Utc};

use super::wire::{account, catalog, exchange, value};
use crate::domain::{Account, CatalogPage, Entitlement};

pub(crate) use super::wire::catalog::MOST_OFFERS;

/// The account as JSON.
pub(crate) fn write_account(account: &Account) -> Vec<u8> {
    write(&account::Account::from(account))
}

/// The account from JSON, if it is one.
pub(crate) fn read_account(json: &[u8]) -> Option<Account> {
    serde_json::from_slice::<account::Account>(json).ok().map(Into::into)
}

/// The catalogue as JSON.
pub(crate) fn write_catalog(page: &CatalogPage) -> Vec<u8> {
    write(&catalog::Page::from(page))
}

/// The catalogue from JSON, if it is one.
pub(crate) fn read_catalog(json: &[u8]) -> Option<CatalogPage> {
    serde_json::from_slice::<catalog::Page>(json).ok().map(Into::into)
}

/// What a member holds as JSON, without the addresses that play it.
pub(crate) fn write_entitlements(entitlements: &[Entitlement], server_time: DateTime<Utc>) -> Vec<u8> {
    write(&exchange::Entitlements {
        server_time: Some(value::Time(server_time)),
        entitlements: entitlements.iter().map(Into::into).collect(),
    })
}

/// What a member holds from JSON, if it is that.
pub(crate) fn read_entitlements(json: &[u8]) -> Option<Vec<Entitlement>> {
    let read: exchange::Entitlements = serde_json::from_slice(json).ok()?;
    Some(read.entitlements.into_domain(Into::into))
}

/// These shapes have string keys and plain values only, so writing them cannot fail; if it did,
/// nothing would be kept.
fn write(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
