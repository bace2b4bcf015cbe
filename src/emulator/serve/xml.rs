//! XML that is written by hand: escaped, and without characters that XML has no room for.

use std::fmt::Write;

/// Text as it may stand in an attribute or between tags.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' | '\t' => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "&#{};", u32::from(letter));
            }
            _ if is_allowed(letter) => escaped.push(letter),
            _ => escaped.push('\u{fffd}'),
        }
    }
    escaped
}

fn is_allowed(letter: char) -> bool {
    letter >= ' ' && !matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// An element with attributes and what it holds, which is XML already.
pub(crate) fn element(name: &str, attributes: &[(&str, String)], content: &str) -> String {
    let mut text = format!("<{name}");
    for (attribute, value) in attributes {
        let _ = write!(text, " {attribute}=\"{}\"", escape(value));
    }
    if content.is_empty() {
        text.push_str("/>");
    } else {
        let _ = write!(text, ">{content}</{name}>");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_title_holds_stays_one_attribute() {
        let text = element("a", &[("b", "<\"&'\u{1}\n>".to_owned())], "");
        assert_eq!(text, "<a b=\"&lt;&quot;&amp;'\u{fffd}&#10;&gt;\"/>");
        assert_eq!(element("a", &[], "x"), "<a>x</a>");
    }
}
