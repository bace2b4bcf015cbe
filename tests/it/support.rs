//! What the tests of the whole share.

pub use bonus_tv::view::focused::focused;
