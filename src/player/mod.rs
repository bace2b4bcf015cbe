//! The film player: another program, started without a shell and ended with us.
//!
//! The address carries a token, so it appears in no log, and neither does what the player prints.

pub mod film;
pub mod lending;

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use url::Url;

use crate::api::is_loopback;
use crate::child;
use crate::domain::Secret;

/// Stands for the address in a command.
pub const PLACEHOLDER: &str = "{url}";

/// How long a player may take to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// Which addresses of films are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilmAddresses {
    /// https and http.
    Any,
    /// https, and http of this machine: over plain http anybody on the way sees what is watched, and may replace it.
    Secure,
}

impl FilmAddresses {
    /// What fits the API at `api`: films of an API that is reached securely come securely, unless the operator allows
    /// otherwise.
    pub fn beside(api: &Url, allow_insecure: Insecure) -> Self {
        match (api.scheme(), allow_insecure) {
            ("https", Insecure::Refused) => Self::Secure,
            _ => Self::Any,
        }
    }

    fn check(self, address: &Url) -> Result<(), PlayerError> {
        match (address.scheme(), self) {
            _ if !address.has_host() => Err(PlayerError::Address),
            ("https", _) | ("http", Self::Any) => Ok(()),
            ("http", Self::Secure) if is_loopback(address) => Ok(()),
            ("http", Self::Secure) => Err(PlayerError::Insecure),
            _ => Err(PlayerError::Address),
        }
    }
}

/// What a player may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayerRules {
    /// Which addresses.
    pub films: FilmAddresses,
    /// A directory that it cannot open, where the kernel can do that: the sign-in lies there.
    pub hidden: Option<PathBuf>,
}

/// Whether the operator allows films over plain http (`player.allow_insecure`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insecure {
    /// Yes.
    Allowed,
    /// No.
    Refused,
}

/// Starts films.
#[derive(Debug)]
pub struct Player;

/// A film that is playing. Dropping it ends the player.
#[derive(Debug)]
pub struct Playing {
    child: Child,
    group: Option<Pid>,
}

/// How a film ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The player says that all went well.
    Finished,
    /// The player gave up.
    Failed {
        /// Its exit code.
        code: i32,
    },
    /// The player was ended from outside, or crashed.
    Killed {
        /// The signal.
        signal: i32,
    },
}

/// Why a film does not start.
#[derive(Debug, thiserror::Error)]
pub enum PlayerError {
    /// The command is empty or never uses the address.
    #[error("player.command must name a program and hold {PLACEHOLDER} once or more")]
    Command,
    /// The address is not one of the web.
    #[error("the film's address is not an http or https address")]
    Address,
    /// The address is plain http, and the API's is not.
    #[error("the film's address is plain http while the API is https; player.allow_insecure allows it")]
    Insecure,
    /// The program is not installed.
    #[error("the player {0} is not installed")]
    NotFound(String),
    /// The system refuses to start it.
    #[error("the player {0} cannot be started")]
    Start(String, #[source] io::Error),
}

impl Player {
    /// Starts the player for this address. Needs a running tokio runtime.
    ///
    /// # Errors
    /// The command cannot be run, or may not have what it needs.
    pub fn start(command: &[String], url: &Secret, rules: &PlayerRules) -> Result<Playing, PlayerError> {
        check_command(command)?;
        let (program, arguments) = command.split_first().ok_or(PlayerError::Command)?;
        // What a player gets is what was checked: the address as it was parsed, never an option.
        let address = Url::parse(url.reveal()).map_err(|_| PlayerError::Address)?;
        rules.films.check(&address)?;
        let mut command = Command::new(program);
        command
            .args(arguments.iter().map(|argument| argument.replace(PLACEHOLDER, address.as_str())))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        let child = child::spawn(command, rules.hidden.as_deref()).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => PlayerError::NotFound(program.clone()),
            _ => PlayerError::Start(program.clone(), error),
        })?;
        // The player leads a group of its own, whose id is its own.
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        tracing::info!(program, "a film starts");
        Ok(Playing { child, group })
    }
}

/// Whether a command can play something.
///
/// # Errors
/// It is empty, or has no place for the address.
pub fn check_command(command: &[String]) -> Result<(), PlayerError> {
    match command.split_first() {
        Some((program, arguments))
            if !program.is_empty() && arguments.iter().any(|argument| argument.contains(PLACEHOLDER)) =>
        {
            Ok(())
        }
        Some(_) | None => Err(PlayerError::Command),
    }
}

impl Playing {
    /// Waits for the film's end. May be given up and called again.
    ///
    /// # Errors
    /// The system does not say how it ended.
    pub async fn wait(&mut self) -> io::Result<Ended> {
        let status = self.child.wait().await;
        // Helpers that it left behind would keep the screen.
        if let Some(group) = self.group.take() {
            let _ = kill_process_group(group, Signal::KILL);
        }
        status.map(ended)
    }

    /// Ends the film: politely, and after two seconds not.
    ///
    /// # Errors
    /// The system does not say how it ended.
    pub async fn stop(&mut self) -> io::Result<Ended> {
        self.stop_within(GRACE).await
    }

    async fn stop_within(&mut self, grace: Duration) -> io::Result<Ended> {
        self.signal(Signal::TERM);
        if let Ok(ended) = tokio::time::timeout(grace, self.wait()).await {
            return ended;
        }
        self.signal(Signal::KILL);
        self.wait().await
    }

    /// Signals the player and its helpers, unless it has ended and its id may be another's.
    fn signal(&self, signal: Signal) {
        if let (Some(group), Some(_)) = (self.group, self.child.id()) {
            // It may have ended this instant, which is as good.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(0), _) => Ended::Finished,
        (Some(code), _) => Ended::Failed { code },
        (None, signal) => Ended::Killed { signal: signal.unwrap_or(0) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(films: FilmAddresses) -> PlayerRules {
        PlayerRules { films, hidden: None }
    }

    fn start(command: &[&str]) -> Result<Playing, PlayerError> {
        let command: Vec<_> = command.iter().map(|part| (*part).to_owned()).collect();
        Player::start(&command, &Secret::new("http://127.0.0.1/v1/media/film?token=t"), &rules(FilmAddresses::Secure))
    }

    #[tokio::test]
    async fn an_end_tells_how_it_went() {
        assert_eq!(start(&["true", "{url}"]).unwrap().wait().await.unwrap(), Ended::Finished);
        assert_eq!(start(&["false", "{url}"]).unwrap().wait().await.unwrap(), Ended::Failed { code: 1 });
    }

    #[tokio::test]
    async fn the_address_is_one_argument_and_no_shell_reads_it() {
        let url = Secret::new("http://127.0.0.1/a?token=$(false)%20b;c&d");
        let test = r#"[ "$#" = 1 ] && [ "$1" = '--uri=http://127.0.0.1/a?token=$(false)%20b;c&d' ]"#;
        let command = ["sh", "-c", test, "sh", "--uri={url}"].map(str::to_owned);
        assert_eq!(
            Player::start(&command, &url, &rules(FilmAddresses::Any)).unwrap().wait().await.unwrap(),
            Ended::Finished
        );
    }

    #[tokio::test]
    async fn a_missing_player_is_told_from_one_that_fails() {
        let error = start(&["/nonexistent/player", "{url}"]).unwrap_err();
        assert!(matches!(&error, PlayerError::NotFound(_)), "{error}");
        let error = start(&["/etc/passwd", "{url}"]).unwrap_err();
        assert!(matches!(&error, PlayerError::Start(..)), "{error}");
    }

    #[tokio::test]
    async fn stopping_ends_the_player_and_its_helpers() {
        let mut playing = start(&["sh", "-c", "sleep 600 & wait", "{url}"]).unwrap();
        assert_eq!(playing.stop().await.unwrap(), Ended::Killed { signal: 15 });
        assert_eq!(playing.stop().await.unwrap(), Ended::Killed { signal: 15 }, "stopping twice is harmless");
    }

    #[tokio::test]
    async fn helpers_end_with_a_player_that_ends_by_itself() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("helper");
        let script = format!("sleep 600 & echo $! > {}", path.display());
        assert_eq!(start(&["sh", "-c", &script, "{url}"]).unwrap().wait().await.unwrap(), Ended::Finished);
        let helper = std::fs::read_to_string(&path).unwrap();
        // Ended, and perhaps not yet fetched by whoever inherits it.
        let lives = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", helper.trim())).unwrap_or_default();
            stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
        };
        while lives() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_player_that_ignores_the_request_is_ended_all_the_same() {
        let mut playing = start(&["sh", "-c", "trap '' TERM; while :; do sleep 600; done", "{url}"]).unwrap();
        let status = format!("/proc/{}/status", playing.child.id().unwrap());
        // Bit 14 of the ignored signals is SIGTERM.
        let ignores = || {
            let status = std::fs::read_to_string(&status).unwrap_or_default();
            let mask =
                status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or_default().trim().to_owned();
            u64::from_str_radix(&mask, 16).unwrap_or(0) & (1 << 14) != 0
        };
        while !ignores() {
            tokio::task::yield_now().await;
        }
        assert_eq!(playing.stop_within(Duration::from_millis(20)).await.unwrap(), Ended::Killed { signal: 9 });
    }

    #[tokio::test]
    async fn only_addresses_of_the_web_are_played() {
        let command = ["true", "{url}"].map(str::to_owned);
        for bad in ["file:///etc/passwd", "--help", "", "rtsp://x/y", "javascript:1", "/etc/passwd"] {
            let error = Player::start(&command, &Secret::new(bad), &rules(FilmAddresses::Any)).unwrap_err();
            assert!(matches!(error, PlayerError::Address), "{bad}");
        }
        for bad in [&[][..], &["true"], &["", "{url}"], &["{url}"]] {
            assert!(matches!(start(bad), Err(PlayerError::Command)), "{bad:?}");
        }
    }

    #[tokio::test]
    async fn a_player_cannot_read_the_sign_in_and_ends_as_any_other() {
        let directory = tempfile::tempdir().unwrap();
        let tokens = directory.path().join("tokens");
        std::fs::write(&tokens, "secret").unwrap();
        let reads = format!("cat '{}' >/dev/null 2>&1 && exit 7; exit 0", tokens.display());
        let command = ["sh", "-c", &reads, "{url}"].map(str::to_owned);
        let url = Secret::new("https://media.example/film");
        let play = async |hidden| {
            let rules = PlayerRules { films: FilmAddresses::Secure, hidden };
            Player::start(&command, &url, &rules).unwrap().wait().await.unwrap()
        };
        assert_eq!(play(None).await, Ended::Failed { code: 7 }, "file modes do not stop a child of ours");
        let has_landlock = child::can_hide(directory.path());
        let wanted = if has_landlock { Ended::Finished } else { Ended::Failed { code: 7 } };
        assert_eq!(play(Some(directory.path().to_owned())).await, wanted);
        // A directory that is not there hides nothing and keeps nobody from a film.
        assert_eq!(play(Some("/nonexistent/bonus-tv".into())).await, Ended::Failed { code: 7 });
        let command = ["sh", "-c", "sleep 600 & wait", "{url}"].map(str::to_owned);
        let rules = PlayerRules { films: FilmAddresses::Any, hidden: Some(directory.path().to_owned()) };
        let mut playing = Player::start(&command, &url, &rules).unwrap();
        assert_eq!(playing.stop().await.unwrap(), Ended::Killed { signal: 15 });
    }

    #[tokio::test]
    async fn plain_http_beside_an_https_api_is_refused_unless_allowed() {
        let beside = |api: &str, allow| FilmAddresses::beside(&api.parse().unwrap(), allow);
        let (secure, lax) = ("https://bonus.example/", "http://127.0.0.1:8080/");
        let allows = |films: FilmAddresses, film: &str| films.check(&film.parse().unwrap());
        let film = "http://media.example/film?token=t";
        let refused = allows(beside(secure, Insecure::Refused), film);
        assert!(matches!(refused, Err(PlayerError::Insecure)), "{refused:?}");
        assert!(allows(beside(secure, Insecure::Allowed), film).is_ok());
        assert!(allows(beside(lax, Insecure::Refused), film).is_ok());
        for film in ["https://media.example/film", "http://127.0.0.1/film", "http://[::1]/film", "http://a.localhost/"]
        {
            assert!(allows(beside(secure, Insecure::Refused), film).is_ok(), "{film}");
        }
        let command = ["true", "{url}"].map(str::to_owned);
        let error = Player::start(&command, &Secret::new(film), &rules(FilmAddresses::Secure)).unwrap_err();
        assert!(matches!(error, PlayerError::Insecure), "and no player starts");
    }
}
