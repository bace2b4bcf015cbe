//! What the sandbox does: the rules applied to what is stored, inside one transaction.
//!
//! Services know neither routes nor headers; they return values or a [`Problem`](super::http::problem::Problem).

pub(crate) mod account;
pub(crate) mod catalogue;
pub(crate) mod entitlement;
pub(crate) mod order;
pub(crate) mod passage;
pub(crate) mod scenario;
pub(crate) mod sign_in;
pub(crate) mod switches;
