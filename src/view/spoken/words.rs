//! From words on a screen to words for a voice.

use crate::domain::Language;

/// Pieces one after the other, with pauses between them, as a voice reads them best: the digits of a number together,
/// and signs as words.
pub fn sentences(pieces: &[String], language: Language) -> String {
    let mut said = String::new();
    for piece in pieces {
        if !said.is_empty() {
            // A full stop makes a voice pause; a question ends as one.
            said.push_str(if said.ends_with(['.', '!', '?', '…', ':']) { " " } else { ". " });
        }
        said.push_str(&readable(piece, language));
    }
    said
}

/// A code letter by letter.
pub fn spelled(code: &str) -> String {
    let letters: Vec<String> = code.chars().filter(|letter| letter.is_alphanumeric()).map(String::from).collect();
    letters.join(", ")
}

fn readable(words: &str, language: Language) -> String {
    let is_seen = |letter: &char| !matches!(letter, '\u{2068}' | '\u{2069}' | '\u{ad}');
    let letters: Vec<char> = words.chars().filter(is_seen).collect();
    let mut readable = String::with_capacity(words.len());
    for (at, letter) in letters.iter().enumerate() {
        let is_digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
        match letter {
            '\u{a0}' | '\u{202f}' if is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) => {}
            '\u{a0}' | '\u{202f}' | '\n' => readable.push(' '),
            '₽' => readable.push_str(roubles(&readable, language)),
            // «Поход · 1925» is «Поход, 1925».
            '·' => {
                readable.truncate(readable.trim_end().len());
                readable.push(',');
            }
            letter => readable.push(*letter),
        }
    }
    let per_month = match language {
        Language::Ru => ("/мес", " в месяц"),
        Language::En => ("/month", " a month"),
    };
    readable.replace(per_month.0, per_month.1)
}

/// The word that follows the number at the end.
fn roubles(before: &str, language: Language) -> &'static str {
    let number: Vec<char> = before.trim_end().chars().rev().take_while(char::is_ascii_digit).collect();
    let (last, tens) = (number.first(), number.get(1));
    match (language, last, tens) {
        (Language::En, Some('1'), None) => "rouble",
        (Language::En, ..) => "roubles",
        (Language::Ru, _, Some('1')) => "рублей",
        (Language::Ru, Some('1'), _) => "рубль",
        (Language::Ru, Some('2'..='4'), _) => "рубля",
        (Language::Ru, ..) => "рублей",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pieces: &[&str], language: Language) -> String {
        let pieces: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
        sentences(&pieces, language)
    }

    #[test]
    fn a11y_2_codes_are_spelled_and_numbers_are_whole() {
        assert_eq!(spelled("WDJB-MJ7T"), "W, D, J, B, M, J, 7, T");
        assert_eq!(said(&["1\u{a0}700\u{a0}баллов"], Language::Ru), "1700 баллов");
        assert_eq!(said(&["«\u{2068}שלום\u{2069}» 12\u{a0}345\u{a0}678"], Language::Ru), "«שלום» 12345678");
    }

    #[test]
    fn pieces_are_sentences_whatever_they_end_with() {
        let pieces = ["Взять фильм?", "Загружаем…", "Аэлита", "Готово."];
        assert_eq!(said(&pieces, Language::Ru), "Взять фильм? Загружаем… Аэлита. Готово.");
        assert_eq!(said(&["1925 · 75\u{a0}мин"], Language::Ru), "1925, 75 мин");
        assert_eq!(said(&[], Language::En), "");
    }

    #[test]
    fn roubles_are_a_word_of_the_right_form() {
        for (number, word) in [
            ("1", "рубль"),
            ("21", "рубль"),
            ("3", "рубля"),
            ("11", "рублей"),
            ("12", "рублей"),
            ("99", "рублей"),
            ("1\u{a0}000", "рублей"),
            ("1\u{a0}102", "рубля"),
            ("—", "рублей"),
        ] {
            let told = said(&[&format!("{number}\u{a0}₽/мес")], Language::Ru);
            assert!(told.ends_with(&format!("{word} в месяц")), "{told}");
        }
        assert_eq!(said(&["1\u{a0}₽, 99\u{a0}₽ a month"], Language::En), "1 rouble, 99 roubles a month");
    }
}
