//! Tests of the whole sandbox, over real sockets.
