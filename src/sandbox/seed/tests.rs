use super::*;

#[test]
fn embedded_data_are_valid() {
    let seed = file::read_with(|file| Ok(file.text.to_owned()));
    assert!(seed.is_ok(), "{:?}", seed.err().map(|error| error.to_string()));
}
