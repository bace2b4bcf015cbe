//! What every route shares: the shapes on the wire, problems, extractors, faults and the server.

pub(crate) mod binary;
pub(crate) mod extract;
pub(crate) mod faults;
pub mod guard;
pub(crate) mod pipeline;
pub mod problem;
pub mod server;
pub(crate) mod wire;
