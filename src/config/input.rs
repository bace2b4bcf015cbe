//! A value as it stands in a file, or as text in the environment or on the command line.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::Rgb;

/// A value from any source.
pub(super) enum Input<'a> {
    /// From the file.
    Toml(&'a toml::Value),
    /// From the environment or the command line.
    Text(&'a str),
}

impl Input<'_> {
    /// A text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Toml(value) => value.as_str(),
            Self::Text(text) => Some(text),
        }
    }

    /// A text that is not blank, of at most `most` characters.
    pub fn name(&self, most: usize) -> Option<String> {
        let text = self.text()?.trim();
        let is_sane = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        is_sane.then(|| text.to_owned())
    }

    /// A path.
    pub fn path(&self) -> Option<PathBuf> {
        self.text().filter(|text| text.starts_with('/')).map(PathBuf::from)
    }

    /// An http or https address without a user in it.
    pub fn address(&self) -> Option<Url> {
        let url = Url::parse(self.text()?).ok()?;
        let is_open = url.username().is_empty() && url.password().is_none();
        Some(url).filter(|url| is_open && matches!(url.scheme(), "http" | "https") && url.has_host())
    }

    /// Yes or no.
    pub fn switch(&self) -> Option<bool> {
        match self {
            Self::Toml(value) => value.as_bool(),
            Self::Text(text) => text.parse().ok(),
        }
    }

    /// A whole number within a range.
    pub fn number(&self, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let number = match self {
            Self::Toml(value) => u32::try_from(value.as_integer()?).ok()?,
            Self::Text(text) => text.parse().ok()?,
        };
        range.contains(&number).then_some(number)
    }

    /// A list of texts; as text it is written as in TOML.
    pub fn list(&self) -> Option<Vec<String>> {
        let texts = |value: &toml::Value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        };
        match self {
            Self::Toml(value) => texts(value),
            Self::Text(text) => {
                let table: toml::Table = format!("list = {text}").parse().ok()?;
                (table.len() == 1).then(|| table.get("list").and_then(texts)).flatten()
            }
        }
    }

    /// A duration such as `500ms`, `3s`, `5m` or `1h`, within a range in seconds.
    pub fn duration(&self, range: std::ops::RangeInclusive<u64>) -> Option<Duration> {
        let text = self.text()?.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().ok()?;
        let factor: u64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        let duration = Duration::from_millis(number.checked_mul(factor)?);
        let (least, most) = (Duration::from_secs(*range.start()), Duration::from_secs(*range.end()));
        (least <= duration && duration <= most).then_some(duration)
    }

    /// A duration, or `never`.
    pub fn patience(&self, range: std::ops::RangeInclusive<u64>) -> Option<Option<Duration>> {
        if self.text()? == "never" { Some(None) } else { self.duration(range).map(Some) }
    }

    /// A colour such as `#ff8800`.
    pub fn colour(&self) -> Option<Rgb> {
        let digits = self.text()?.strip_prefix('#')?;
        let is_hex = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let [_, red, green, blue] = u32::from_str_radix(is_hex.then_some(digits)?, 16).ok()?.to_be_bytes();
        Some(Rgb { red, green, blue })
    }
}

impl fmt::Display for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Toml(value) => value.to_string(),
            Self::Text(text) => format!("{text:?}"),
        };
        // The wrong value can be a whole table, so its text is cut.
        let mut start = text.chars();
        f.write_str(&start.by_ref().take(80).collect::<String>())?;
        if start.next().is_some() { f.write_str("…") } else { Ok(()) }
    }
}
