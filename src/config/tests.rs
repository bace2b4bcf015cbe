//! Tests of the configuration: sources, their order, and what every refusal says.

use clap::{CommandFactory, Parser};

use super::*;

const EXAMPLE: &str = include_str!("../../assets/packaging/bonus-tv.toml");

fn load(file: &str, environment: &[(&str, &str)], flags: &[&str]) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.toml");
    std::fs::write(&path, file).unwrap();
    let path = path.to_str().unwrap();
    let args = ["bonus-tv", "--config", path].into_iter().chain(flags.iter().copied());
    let args = Args::try_parse_from(args).unwrap();
    Config::load(&args, environment.iter().map(|(name, value)| (name.into(), value.into())))
}

fn message(file: &str, environment: &[(&str, &str)], flags: &[&str]) -> String {
    load(file, environment, flags).unwrap_err().to_string()
}

#[test]
fn the_example_file_says_the_defaults() {
    assert_eq!(load(EXAMPLE, &[], &[]).unwrap(), load("", &[], &[]).unwrap());
}

#[test]
fn the_example_file_is_complete_and_its_commented_lines_are_right() {
    let uncommented: String = EXAMPLE
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|line| line.contains(" = ")).unwrap_or(line))
        .flat_map(|line| [line, "\n"])
        .collect();
    load(&uncommented, &[], &[]).unwrap();
    let table: toml::Table = uncommented.parse().unwrap();
    for setting in SETTINGS {
        let found =
            setting.key.split('.').try_fold(toml::Value::Table(table.clone()), |value, part| value.get(part).cloned());
        assert!(found.is_some(), "{} is missing in the example", setting.key);
    }
}

#[test]
fn the_emulators_own_variables_are_none_of_the_boxs() {
    assert!(load("", &[("BONUS_TV_EMULATOR_PLAYER", "mpv {url}")], &[]).is_ok());
    assert!(load("", &[("BONUS_TV_PLAYER", "mpv {url}")], &[]).is_err());
}

#[test]
fn every_setting_has_a_flag_that_reaches_the_table() {
    let command = Args::command();
    for setting in SETTINGS {
        let flag = setting.key.replace(['.', '_'], "-");
        assert!(command.get_arguments().any(|arg| arg.get_long() == Some(&flag)), "--{flag}");
        // No setting accepts a control character, so each refuses and names itself.
        let error = message("", &[], &[&format!("--{flag}"), "\u{1}"]);
        assert!(error.starts_with(&format!("--{flag}: {} = ", setting.key)), "{error}");
        assert!(error.ends_with(setting.expected), "{error}");
    }
    Args::command().debug_assert();
}

#[test]
fn the_file_yields_to_the_environment_and_the_environment_to_flags() {
    let file = "[ui]\nlanguage = \"en\"\nbrand = \"File\"\n[log]\nlevel = \"warn\"";
    let environment = [("BONUS_TV_UI_BRAND", "Variable"), ("BONUS_TV_LOG_LEVEL", "error"), ("PATH", "/bin")];
    let config = load(file, &environment, &["--log-level", "debug"]).unwrap();
    assert_eq!(config.ui.language, Language::En);
    assert_eq!(config.ui.brand.as_deref(), Some("Variable"));
    assert_eq!(config.log.level, "debug");
}

#[test]
fn all_values_reach_their_place() {
    let file = r##"
        [api]
        url = "https://bonus.example/base/"
        connect_timeout = "1500ms"
        timeout = "1m"
        [player]
        command = ["mpv", "--fs", "{url}"]
        allow_insecure = true
        [ui.theme]
        accent = "#0a0BfF"
        [screen]
        size = "1280x720"
        overscan = 3
        [input]
        exit_key = "leave"
        keymap = "/k.toml"
        [idle]
        dim_after = "never"
        leave_after = "1h"
        [log]
        format = "json"
    "##;
    let config = load(file, &[("BONUS_TV_PLAYER_COMMAND", r#"["vlc", "{url}"]"#)], &[]).unwrap();
    assert_eq!(config.api.url.as_str(), "https://bonus.example/base/");
    assert_eq!(config.api.connect_timeout, Duration::from_millis(1500));
    assert_eq!(config.api.timeout, Duration::from_secs(60));
    assert_eq!(config.player.command, ["vlc", "{url}"]);
    assert!(config.player.allow_insecure);
    assert_eq!(config.ui.theme.accent, Some(Rgb { red: 10, green: 11, blue: 255 }));
    assert_eq!((config.screen.size.pixels(), config.screen.overscan), ((1280, 720), 3));
    assert_eq!(config.input, InputConfig { exit_key: ExitKey::Leave, keymap: Some("/k.toml".into()) });
    assert_eq!(config.idle, IdleConfig { dim_after: None, leave_after: Some(Duration::from_secs(3600)) });
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn an_unknown_key_is_an_error_that_names_what_is_known() {
    let error = message("[api]\nulr = \"x\"", &[], &[]);
    assert!(error.contains("test.toml: unknown setting api.ulr; known here are: api.url, "), "{error}");
    assert!(message("speed = 1", &[], &[]).contains("unknown setting speed"));
    assert!(message("ui = 1", &[], &[]).contains("unknown setting ui; known here are: api.url"));
    let error = message("", &[("BONUS_TV_API_ULR", "x")], &[]);
    assert!(error.contains("environment: unknown setting BONUS_TV_API_ULR"), "{error}");
    assert!(error.contains("BONUS_TV_API_URL"), "{error}");
}

#[test]
fn a_wrong_value_names_its_place_its_key_and_what_is_accepted() {
    let error = message("[api]\ntimeout = \"3 parsecs\"", &[], &[]);
    assert!(error.contains("test.toml: api.timeout = \"3 parsecs\" is not accepted"), "{error}");
    assert!(error.ends_with("expected a duration from \"1s\" to \"60s\""), "{error}");
    let error = message("", &[("BONUS_TV_STORAGE_IMAGE_CACHE_MIB", "0")], &[]);
    assert!(error.starts_with("BONUS_TV_STORAGE_IMAGE_CACHE_MIB: storage.image_cache_mib = \"0\""), "{error}");
}

#[test]
fn values_out_of_range_or_of_the_wrong_sort_are_refused() {
    for bad in [
        "[api]\nurl = \"ftp://x/\"",
        "[api]\nurl = \"https://user:secret@x/\"",
        "[api]\nurl = \"https://x/?a=b\"",
        "[api]\nurl = 5",
        "[api]\ntimeout = \"61s\"",
        "[api]\ntimeout = \"99999999999999999999h\"",
        "[api]\ntimeout = 3",
        "[api]\nallow_insecure = \"yes\"",
        "[api]\nca_file = \"relative.pem\"",
        "[api.url]\nx = 1",
        "[player]\ncommand = \"mpv {url}\"",
        "[player]\ncommand = [\"mpv\"]",
        "[player]\ncommand = []",
        "[storage]\nimage_cache_mib = -1",
        "[ui]\nlanguage = \"tt\"",
        "[ui]\ntext_size = 120",
        "[ui]\ncontrast = \"low\"",
        "[ui]\nbrand = \"\"",
        "[ui.theme]\naccent = \"red\"",
        "[ui.theme]\naccent = \"#+12345\"",
        "[screen]\nsize = \"640x480\"",
        "[idle]\ndim_after = \"1s\"",
        "[log]\nlevel = \"loud\"",
    ] {
        let error = message(bad, &[], &[]);
        assert!(error.contains("test.toml: ") && error.contains("expected "), "{bad}: {error}");
    }
}

#[test]
fn plain_http_leaves_the_machine_only_when_allowed() {
    let error = message("[api]\nurl = \"http://bonus.example/\"", &[], &[]);
    assert!(error.contains("test.toml: api.url = http://bonus.example/"), "{error}");
    assert!(error.contains("api.allow_insecure"), "{error}");
    load("[api]\nurl = \"http://bonus.example/\"\nallow_insecure = true", &[], &[]).unwrap();
    load("[api]\nurl = \"http://[::1]:9/\"", &[], &[]).unwrap();
    let error = message("[api]\nconnect_timeout = \"20s\"", &[], &[]);
    assert!(error.contains("test.toml: api.connect_timeout = 20s") && error.contains("at most api.timeout"), "{error}");
}

#[test]
fn a_short_timeout_shortens_that_of_connecting_too() {
    let config = load("[api]\ntimeout = \"1s\"", &[], &[]).unwrap();
    assert_eq!(config.api.connect_timeout, Duration::from_secs(1));
    assert_eq!(load("", &[], &[]).unwrap().api.connect_timeout, Duration::from_secs(3));
}

#[test]
fn a_file_that_was_named_must_be_there_and_be_toml() {
    let args = Args::try_parse_from(["bonus-tv"]).unwrap();
    let variable = (OsString::from(FILE_VARIABLE), OsString::from("/nonexistent/x.toml"));
    let error = Config::load(&args, [variable]).unwrap_err().to_string();
    assert!(error.contains("/nonexistent/x.toml"), "{error}");
    let error = message("[api\nurl", &[], &[]);
    assert!(error.contains("test.toml: not valid TOML: line 1: "), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn a_file_without_certificates_is_named_before_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.pem");
    std::fs::write(&path, "not a certificate").unwrap();
    let config = load(&format!("[api]\nca_file = {path:?}"), &[], &[]).unwrap();
    let error = config.client_options().unwrap_err().to_string();
    assert!(error.contains("ca.pem") && error.contains("api.ca_file"), "{error}");
}

#[test]
fn a_value_that_is_no_text_is_refused_by_its_name() {
    use std::os::unix::ffi::OsStringExt;
    let bytes = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let args = Args::try_parse_from(["bonus-tv"]).unwrap();
    let ours = (OsString::from("BONUS_TV_STORAGE_DIR"), bytes(b"/data/\xff"));
    let error = Config::load(&args, [ours]).unwrap_err().to_string();
    assert!(error.contains("BONUS_TV_STORAGE_DIR"), "{error}");
    let others = [(OsString::from("SOMETHING"), bytes(b"\xff")), (bytes(b"\xff"), OsString::from("x"))];
    assert!(Config::load(&args, others).is_ok());
}

#[test]
fn state_goes_where_systemd_or_the_user_wants_it() {
    let dir = |environment: &[(&str, &str)]| load("", environment, &[]).unwrap().storage.dir;
    let home = ("HOME", "/home/u");
    assert_eq!(dir(&[("STATE_DIRECTORY", "/var/lib/bonus-tv:/other"), home]), Path::new("/var/lib/bonus-tv"));
    assert_eq!(dir(&[("XDG_STATE_HOME", "/x"), home]), Path::new("/x/bonus-tv"));
    assert_eq!(dir(&[("XDG_STATE_HOME", "relative"), home]), Path::new("/home/u/.local/state/bonus-tv"));
    assert_eq!(dir(&[]), Path::new("/var/lib/bonus-tv"));
}

#[test]
fn a_missing_certificate_file_is_named() {
    let config = load("[api]\nca_file = \"/nonexistent/ca.pem\"", &[], &[]).unwrap();
    let error = config.client_options().unwrap_err().to_string();
    assert!(error.contains("/nonexistent/ca.pem") && error.contains("api.ca_file"), "{error}");
}
