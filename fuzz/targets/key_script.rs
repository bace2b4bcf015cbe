//! A door of the library for a fuzzer: the work is in `bonus_tv::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bonus_tv::fuzzing::key_script(bytes));
