//! Pages to read: about this program, where else points can be seen, a code of the member's.

use chrono::{DateTime, Utc};

use crate::core::{App, Elsewhere};

use super::format;
use super::message::Msg;
use super::model::{AboutScreen, CodeSize, Tone};
use super::text::Text;

pub(crate) fn program(app: &App) -> AboutScreen {
    let identity = &app.identity;
    let paragraphs = [Msg::AboutProgram, Msg::AboutLicence, Msg::AboutSlint, Msg::AboutFonts];
    AboutScreen {
        title: Msg::AboutTitle.into(),
        code: Text::Empty,
        code_size: CodeSize::default(),
        facts: vec![
            format::fact(Msg::FactVersion, Text::plain(&identity.version)),
            format::fact(Msg::FactDevice, Text::plain(&identity.device_id)),
            format::fact(Msg::FactServer, Text::plain(&identity.api_host)),
            format::fact(
                Msg::FactRegion,
                app.data.account.as_ref().map_or(Text::plain("—"), |account| Text::plain(&account.region.name)),
            ),
        ],
        paragraphs: paragraphs.map(Text::from).to_vec(),
        qr: None,
        buttons: format::buttons([(Msg::ButtonBack.into(), Tone::Plain)], Some(0)),
    }
}

/// A code that is typed in elsewhere, or held before a camera.
pub(crate) fn code(app: &App, title: &str, code: &str, until: Option<DateTime<Utc>>) -> AboutScreen {
    let until = until.map(|until| format::fact(Msg::FactActive, format::until(until, app.offset())));
    AboutScreen {
        title: format::title(title),
        code: Text::plain(code),
        code_size: format::code_size(code),
        facts: until.into_iter().collect(),
        paragraphs: vec![Msg::CodeNote.into()],
        qr: format::qr(code),
        buttons: format::buttons([(Msg::ButtonBack.into(), Tone::Plain)], Some(0)),
    }
}

pub(crate) fn elsewhere(app: &App) -> AboutScreen {
    let Elsewhere { phone, ussd, app_url } = &app.identity.elsewhere;
    let account = &app.identity.account_url;
    let ways = [
        (Msg::FactAccount, account.as_deref().map(short)),
        (Msg::FactApplication, app_url.as_deref().map(short)),
        (Msg::FactPhone, phone.as_deref()),
        (Msg::FactUssd, ussd.as_deref()),
    ];
    let (code, note) = match (account, app_url) {
        (Some(url), _) => (Some(url), Some(Msg::ElsewhereAccountNote)),
        (None, Some(url)) => (Some(url), Some(Msg::ElsewhereApplicationNote)),
        (None, None) => (None, None),
    };
    AboutScreen {
        title: Msg::ElsewhereTitle.into(),
        code: Text::Empty,
        code_size: CodeSize::default(),
        facts: ways.into_iter().filter_map(|(label, way)| Some(format::fact(label, Text::plain(way?)))).collect(),
        paragraphs: note.into_iter().map(Text::from).collect(),
        qr: code.and_then(|url| format::qr(url)),
        buttons: format::buttons([(Msg::ButtonBack.into(), Tone::Plain)], Some(0)),
    }
}

/// An address as people type it.
fn short(url: &str) -> &str {
    let bare = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
    bare.strip_suffix('/').unwrap_or(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_as_people_type_it() {
        assert_eq!(short("https://account.example/"), "account.example");
        assert_eq!(short("http://account.example:8080/bonus"), "account.example:8080/bonus");
        assert_eq!(short("ftp"), "ftp");
    }
}
