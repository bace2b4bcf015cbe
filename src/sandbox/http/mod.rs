//! What every route shares: the shapes on the wire, problems, extractors, faults and the server.

pub(crate) mod binary;
pub(crate) mod extract;
pub(crate) mod faults;
pub(crate) mod guard;
pub(crate) mod pipeline;
pub(crate) mod problem;
pub(crate) mod server;
pub(crate) mod wire;
