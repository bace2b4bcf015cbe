//! The integration tests, in one binary so that the program is linked once.

mod tidy;
