//! The check itself, proven both ways: it holds against the sandbox, and finds every planted deviation.

mod bench;
mod deviations;
mod held;
mod hostile;
