//! What a box is told of itself and of its operator.

use std::time::Duration;

/// What this box is and where it belongs. The default is a box without an operator, which waits for ever.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The programme's name, if the operator has one of its own.
    pub brand: Option<String>,
    /// The version of this program.
    pub version: String,
    /// The device's id, for support.
    pub device_id: String,
    /// The host of the bonus API, for support.
    pub api_host: String,
    /// The address of the personal account, for what the box does not sell.
    pub account_url: Option<String>,
    /// Where else points can be seen.
    pub elsewhere: Elsewhere,
    /// After how long without a key the picture is dimmed; `None` for never.
    pub dim_after: Option<Duration>,
    /// After how long without a key the menu is left; `None` for never.
    pub leave_after: Option<Duration>,
    /// Whether the menu can be spoken: the operator has a command for that, and its program is there.
    pub has_voice: bool,
    /// Whether a film's player hears the remote too, as on a box; on a desktop its window has keys of its own.
    pub player_hears_keys: bool,
}

/// Where points can be seen besides the box and the personal account, as the operator says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Elsewhere {
    /// A telephone number.
    pub phone: Option<String>,
    /// What is dialled on a mobile phone, such as `*100#`.
    pub ussd: Option<String>,
    /// The address of the operator's application.
    pub app_url: Option<String>,
}

impl Identity {
    /// Whether points can be seen anywhere else.
    pub fn has_elsewhere(&self) -> bool {
        let Elsewhere { phone, ussd, app_url } = &self.elsewhere;
        [&self.account_url, phone, ussd, app_url].into_iter().any(Option::is_some)
    }
}
