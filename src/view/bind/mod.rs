//! From view-model to Slint.
