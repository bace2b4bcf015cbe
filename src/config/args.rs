//! The command line: every setting can be given here, and wins over file and environment.
//!
//! Flags are only collected here; the table of settings checks them like any other source.

use std::path::PathBuf;

use clap::Parser;

/// The bonus-points menu of an IPTV set-top box.
///
/// Settings come from a file, then from BONUS_TV_* variables (api.url is BONUS_TV_API_URL), then
/// from these flags; the later ones win.
#[derive(Debug, Clone, Default, PartialEq, Parser)]
#[command(name = "bonus-tv", version)]
pub struct Args {
    /// Reads this file instead of /etc/bonus-tv/config.toml; also BONUS_TV_CONFIG
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// Prints what the keys of a remote send, the lines of a keymap for them and a report on its devices, and does
    /// nothing else
    #[arg(long)]
    pub learn_keys: bool,
    /// Prints what this board has: outputs, modes, planes, memory, input, timers and one measured frame, and does
    /// nothing else
    #[arg(long)]
    pub check_board: bool,
    /// Checks the configuration and the keymap, says what is wrong, and does nothing else
    #[arg(long)]
    pub check_config: bool,
    /// Address of the bonus API [default: http://127.0.0.1:8080/]
    #[arg(long, value_name = "URL")]
    api_url: Option<String>,
    /// Allows plain http to other machines: true or false [default: false]
    #[arg(long, value_name = "BOOL")]
    api_allow_insecure: Option<String>,
    /// PEM file with more trusted certificates
    #[arg(long, value_name = "PATH")]
    api_ca_file: Option<String>,
    /// How long a connection may take, 1s to 30s [default: 3s]
    #[arg(long, value_name = "TIME")]
    api_connect_timeout: Option<String>,
    /// How long a whole call may take, 1s to 60s [default: 10s]
    #[arg(long, value_name = "TIME")]
    api_timeout: Option<String>,
    /// Film player as a TOML list, started without a shell [default: ["gst-play-1.0", "{url}"]]
    #[arg(long, value_name = "LIST")]
    player_command: Option<String>,
    /// Allows films over plain http although the API is https: true or false [default: false]
    #[arg(long, value_name = "BOOL")]
    player_allow_insecure: Option<String>,
    /// Directory for everything that is kept [default: $STATE_DIRECTORY, or bonus-tv in the user's state directory]
    #[arg(long, value_name = "PATH")]
    storage_dir: Option<String>,
    /// Room for pictures in mebibytes, 1 to 1024 [default: 32]
    #[arg(long, value_name = "MIB")]
    storage_image_cache_mib: Option<String>,
    /// Language until the viewer chooses one: ru or en [default: ru]
    #[arg(long, value_name = "CODE")]
    ui_language: Option<String>,
    /// Size of the words in percent until the viewer chooses one: 100, 115 or 130 [default: 100]
    #[arg(long, value_name = "PERCENT")]
    ui_text_size: Option<String>,
    /// Contrast until the viewer chooses one: normal or high [default: normal]
    #[arg(long, value_name = "WORD")]
    ui_contrast: Option<String>,
    /// Name of the programme, 1 to 40 characters
    #[arg(long, value_name = "NAME")]
    ui_brand: Option<String>,
    /// Address of the personal account, shown for what the box does not sell
    #[arg(long, value_name = "URL")]
    ui_account_url: Option<String>,
    /// Telephone number at which points can be asked for
    #[arg(long, value_name = "NUMBER")]
    elsewhere_phone: Option<String>,
    /// What is dialled on a mobile phone to see points, such as *100#
    #[arg(long, value_name = "CODE")]
    elsewhere_ussd: Option<String>,
    /// Address of the operator's application
    #[arg(long, value_name = "URL")]
    elsewhere_app_url: Option<String>,
    /// Colour of what stands out, #rrggbb
    #[arg(long, value_name = "COLOUR")]
    ui_theme_accent: Option<String>,
    /// Colour of text on the accent, #rrggbb
    #[arg(long, value_name = "COLOUR")]
    ui_theme_on_accent: Option<String>,
    /// Colour of what stands out a little, #rrggbb
    #[arg(long, value_name = "COLOUR")]
    ui_theme_secondary: Option<String>,
    /// Program that speaks what its standard input says, as a TOML list; {language} becomes ru or en [default: none]
    #[arg(long, value_name = "LIST")]
    voice_command: Option<String>,
    /// Whether the menu is spoken until the viewer chooses: on or off [default: off]
    #[arg(long, value_name = "WORD")]
    voice_guidance: Option<String>,
    /// Size of the picture: 1280x720 or 1920x1080 [default: 1920x1080]
    #[arg(long, value_name = "SIZE")]
    screen_size: Option<String>,
    /// What the television hides on each side, in percent: 0 to 5 [default: 0]
    #[arg(long, value_name = "PERCENT")]
    screen_overscan: Option<String>,
    /// What KEY_EXIT does: back or leave [default: back]
    #[arg(long, value_name = "WHAT")]
    input_exit_key: Option<String>,
    /// TOML file with keys of one's own
    #[arg(long, value_name = "PATH")]
    input_keymap: Option<String>,
    /// When an idle screen dims: never, or 10s to 24h [default: 5m]
    #[arg(long, value_name = "TIME")]
    idle_dim_after: Option<String>,
    /// When an idle menu is left: never, or 10s to 24h [default: 30m]
    #[arg(long, value_name = "TIME")]
    idle_leave_after: Option<String>,
    /// Log levels, such as info,bonus_tv::api=debug [default: info]
    #[arg(long, value_name = "LEVELS")]
    log_level: Option<String>,
    /// Form of the log: text or json [default: text]
    #[arg(long, value_name = "FORM")]
    log_format: Option<String>,
}

impl Args {
    /// The settings that were given, by key.
    pub(super) fn overrides(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("api.url", &self.api_url),
            ("api.allow_insecure", &self.api_allow_insecure),
            ("api.ca_file", &self.api_ca_file),
            ("api.connect_timeout", &self.api_connect_timeout),
            ("api.timeout", &self.api_timeout),
            ("player.command", &self.player_command),
            ("player.allow_insecure", &self.player_allow_insecure),
            ("storage.dir", &self.storage_dir),
            ("storage.image_cache_mib", &self.storage_image_cache_mib),
            ("ui.language", &self.ui_language),
            ("ui.text_size", &self.ui_text_size),
            ("ui.contrast", &self.ui_contrast),
            ("ui.brand", &self.ui_brand),
            ("ui.account_url", &self.ui_account_url),
            ("elsewhere.phone", &self.elsewhere_phone),
            ("elsewhere.ussd", &self.elsewhere_ussd),
            ("elsewhere.app_url", &self.elsewhere_app_url),
            ("ui.theme.accent", &self.ui_theme_accent),
            ("ui.theme.on_accent", &self.ui_theme_on_accent),
            ("ui.theme.secondary", &self.ui_theme_secondary),
            ("voice.command", &self.voice_command),
            ("voice.guidance", &self.voice_guidance),
            ("screen.size", &self.screen_size),
            ("screen.overscan", &self.screen_overscan),
            ("input.exit_key", &self.input_exit_key),
            ("input.keymap", &self.input_keymap),
            ("idle.dim_after", &self.idle_dim_after),
            ("idle.leave_after", &self.idle_leave_after),
            ("log.level", &self.log_level),
            ("log.format", &self.log_format),
        ]
        .into_iter()
        .filter_map(|(key, text)| text.as_deref().map(|text| (key, text)))
    }
}
