//! Titles spelled with the digits of a remote: each digit stands for the letters that telephones print on its key.

/// The digit under which a letter or digit is found; `None` for what is not typed, such as quotes and spaces.
/// The Russian letters stand as on the keypads of telephones sold in Russia, the Latin ones as in ITU-T E.161.
fn digit_of(letter: char) -> Option<char> {
    Some(match letter {
        '0'..='9' => letter,
        'а'..='г' | 'a'..='c' => '2',
        'д'..='з' | 'ё' | 'd'..='f' => '3',
        'и'..='л' | 'g'..='i' => '4',
        'м'..='п' | 'j'..='l' => '5',
        'р'..='у' | 'm'..='o' => '6',
        'ф'..='ч' | 'p'..='s' => '7',
        'ш'..='ы' | 't'..='v' => '8',
        'ь'..='я' | 'w'..='z' => '9',
        _ => return None,
    })
}

/// Where in a title these digits spell the beginning of a word: the number of the word. Words may be run together.
pub(crate) fn spells(title: &str, digits: &str) -> Option<usize> {
    let mut is_inside = false;
    let starts = title.char_indices().filter(|(_, letter)| {
        let was_inside = std::mem::replace(&mut is_inside, letter.is_alphanumeric());
        is_inside && !was_inside
    });
    starts
        .enumerate()
        .find(|(_, (at, _))| title.get(*at..).is_some_and(|rest| begins(rest, digits)))
        .map(|(word, _)| word)
}

/// Whether a text begins with what these digits may spell.
fn begins(text: &str, digits: &str) -> bool {
    let mut spelled = text.chars().flat_map(char::to_lowercase).filter_map(digit_of);
    digits.chars().all(|digit| spelled.next() == Some(digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_found_by_the_keys_of_its_letters() {
        for (title, digits, word) in [
            ("Метрополис", "5366", Some(0)),
            ("Броненосец «Потёмкин»", "55635", Some(1)),
            ("Броненосец «Потёмкин»", "26553556375", Some(0)),
            ("Человек с киноаппаратом", "4455", Some(2)),
            ("Amedia+Viasat Премиум HD", "842", Some(1)),
            ("1984", "198", Some(0)),
            ("Ёлки", "34", Some(0)),
            ("МАТЬ", "5269", Some(0)),
            ("Мать", "52699", None),
            ("Мать", "269", None),
            ("«…»", "2", None),
            ("電影", "2", None),
        ] {
            assert_eq!(spells(title, digits), word, "{title} {digits}");
        }
    }

    #[test]
    fn every_letter_stands_on_one_key() {
        let letters = ('а'..='я').chain(['ё']).chain('a'..='z').chain('0'..='9');
        assert!(letters.into_iter().all(|letter| digit_of(letter).is_some()));
    }
}
