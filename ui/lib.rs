//! The interface in Slint: `app.slint` and what it imports, and the types that are generated from it.
//!
//! Only `bonus_tv::view::bind` fills it.

slint::include_modules!();
