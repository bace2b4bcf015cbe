//! The voice: another program that speaks, started without a shell for each saying and ended when there is a newer one.
//!
//! It reads the words from its standard input, or has them in the place of [`TEXT`]. What is said is chosen by
//! [`crate::view::spoken`]; here is only how.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::child;
use crate::domain::Language;

/// Stands for the words in a command that does not read them.
pub const TEXT: &str = "{text}";
/// Stands for the language in a command: `ru` or `en`.
pub const LANGUAGE: &str = "{language}";

/// How long the focus has to stay before it is spoken of: a key that is held passes many elements. What was being said
/// falls silent at once, so the new words begin within 200 ms (A11Y-2).
const REST: Duration = Duration::from_millis(120);

/// What a voice is made from.
#[derive(Debug, Clone, Default)]
pub struct VoiceParts {
    /// Program and arguments; empty without one.
    pub command: Vec<String>,
    /// A directory that the program cannot open, where the kernel can do that: the sign-in lies there.
    pub hidden: Option<PathBuf>,
}

/// Whether a command names a program.
pub fn is_command(command: &[String]) -> bool {
    command.first().is_some_and(|program| !program.is_empty())
}

/// Whether a command's program is there, by the directories of `path` (the variable PATH) where it names none itself.
pub fn is_installed(command: &[String], path: &str) -> bool {
    let Some(program) = command.first().filter(|program| !program.is_empty()) else { return false };
    if program.contains('/') {
        return Path::new(program).is_file();
    }
    std::env::split_paths(path).any(|directory| directory.join(program).is_file())
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Saying {
    words: String,
    language: Language,
}

/// The running voice.
#[derive(Debug)]
pub struct Voice {
    sayings: watch::Sender<Saying>,
}

impl Voice {
    /// A voice that speaks on the threads of `runtime`. Without a command it says nothing.
    pub fn start(parts: VoiceParts, runtime: &Handle) -> Self {
        let (sayings, wanted) = watch::channel(Saying::default());
        if is_command(&parts.command) {
            runtime.spawn(speak(parts, wanted));
        }
        Self { sayings }
    }

    /// Says this; whatever is being said falls silent.
    pub fn say(&self, words: String, language: Language) {
        self.sayings.send_replace(Saying { words, language });
    }

    /// Falls silent.
    pub fn hush(&self) {
        self.sayings.send_if_modified(|saying| !std::mem::take(&mut saying.words).is_empty());
    }
}

/// Says the newest saying until the voice is gone.
async fn speak(parts: VoiceParts, mut wanted: watch::Receiver<Saying>) {
    let mut speaking: Option<Speaking> = None;
    let mut has_failed = false;
    loop {
        tokio::select! {
            changed = wanted.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = ended(&mut speaking) => {
                speaking = None;
                continue;
            }
        }
        drop(speaking.take());
        loop {
            match tokio::time::timeout(REST, wanted.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return,
                Err(_) => break,
            }
        }
        let saying = wanted.borrow_and_update().clone();
        if saying.words.is_empty() {
            continue;
        }
        match Speaking::start(&parts, saying) {
            Ok(started) => speaking = Some(started),
            // Once: each move of the focus would say so.
            Err(error) if !has_failed => {
                has_failed = true;
                tracing::warn!(%error, program = parts.command.first(), "the voice cannot be started");
            }
            Err(_) => {}
        }
    }
}

/// Waits for the end of what is being said; for ever, if nothing is.
async fn ended(speaking: &mut Option<Speaking>) {
    match speaking {
        Some(speaking) => speaking.end().await,
        None => std::future::pending().await,
    }
}

/// A saying on its way. Dropping it ends the program and its helpers.
struct Speaking {
    child: Child,
    group: Option<Pid>,
    /// What the program has still to read.
    words: Option<String>,
}

impl Speaking {
    fn start(parts: &VoiceParts, saying: Saying) -> io::Result<Self> {
        let (program, arguments) = parts.command.split_first().ok_or(io::ErrorKind::NotFound)?;
        let reads = !arguments.iter().any(|argument| argument.contains(TEXT));
        let argument =
            |argument: &String| argument.replace(LANGUAGE, saying.language.code()).replace(TEXT, &saying.words);
        let mut command = Command::new(program);
        command
            .args(arguments.iter().map(argument))
            .stdin(if reads { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        let child = child::spawn(command, parts.hidden.as_deref())?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { child, group, words: reads.then_some(saying.words) })
    }

    async fn end(&mut self) {
        if let Some(words) = self.words.take()
            && let Some(mut input) = self.child.stdin.take()
        {
            // A program that does not read to the end says what it has read.
            if let Err(error) = input.write_all(words.as_bytes()).await {
                tracing::debug!(%error, "the voice stopped reading");
            }
        }
        if let Err(error) = self.child.wait().await {
            tracing::debug!(%error, "waiting for the voice");
        }
    }
}

impl Drop for Speaking {
    fn drop(&mut self) {
        // Helpers of a program that has ended by itself are ended as well: they would go on speaking.
        if let Some(group) = self.group {
            // It may have ended this instant, which is as good.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(command: &[&str]) -> VoiceParts {
        VoiceParts { command: command.iter().map(|part| (*part).to_owned()).collect(), hidden: None }
    }

    /// Waits for a file to hold this, as long as a slow machine needs.
    async fn holds(path: &Path, wanted: &str) {
        while std::fs::read_to_string(path).unwrap_or_default() != wanted {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn it_says_the_newest_words_in_the_language_of_the_screen_and_no_shell_reads_them() {
        let directory = tempfile::tempdir().unwrap();
        let said = directory.path().join("said");
        let script = format!("printf '%s ' \"$1\" >> '{0}'; cat >> '{0}'", said.display());
        let voice = Voice::start(parts(&["sh", "-c", &script, "sh", "{language}"]), &Handle::current());
        voice.say("$(touch /tmp/never) `x` 'до'".to_owned(), Language::Ru);
        holds(&said, "ru $(touch /tmp/never) `x` 'до'").await;
        std::fs::remove_file(&said).unwrap();
        // What is passed within the time of a rest is never begun.
        voice.say("first".to_owned(), Language::En);
        voice.say("second".to_owned(), Language::En);
        voice.say("third".to_owned(), Language::En);
        holds(&said, "en third").await;
    }

    #[tokio::test]
    async fn words_may_stand_in_the_command() {
        let directory = tempfile::tempdir().unwrap();
        let said = directory.path().join("said");
        let script = format!("printf '%s|' \"$@\" > '{}'", said.display());
        let voice = Voice::start(parts(&["sh", "-c", &script, "sh", "--", "{text}"]), &Handle::current());
        voice.say("--version {language}".to_owned(), Language::En);
        holds(&said, "--|--version {language}|").await;
    }

    /// A11Y-2: newer words, and silence, end the program that speaks and what it has started.
    #[tokio::test]
    async fn a11y_2_newer_words_interrupt() {
        let directory = tempfile::tempdir().unwrap();
        let (said, cut) = (directory.path().join("said"), directory.path().join("cut"));
        // The first saying lasts for ten minutes; its helper would note if it were left alone.
        let script = format!(
            "read -r words; echo $words >> '{0}'; [ $words = long ] && {{ sleep 600 & wait; echo left >> '{1}'; }}",
            said.display(),
            cut.display()
        );
        let voice = Voice::start(parts(&["sh", "-c", &script]), &Handle::current());
        voice.say("long\n".to_owned(), Language::Ru);
        holds(&said, "long\n").await;
        voice.say("short\n".to_owned(), Language::Ru);
        holds(&said, "long\nshort\n").await;
        voice.hush();
        voice.hush();
        voice.say("last\n".to_owned(), Language::Ru);
        holds(&said, "long\nshort\nlast\n").await;
        assert!(!cut.exists(), "the first was ended, it did not come to its end");
    }

    #[tokio::test]
    async fn a_program_that_is_missing_or_does_not_read_harms_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let voice = Voice::start(parts(&["/nonexistent/voice"]), &Handle::current());
        voice.say("x".to_owned(), Language::Ru);
        let said = directory.path().join("said");
        let script = format!("exec <&-; echo x >> '{}'", said.display());
        let deaf = Voice::start(parts(&["sh", "-c", &script]), &Handle::current());
        deaf.say("long ".repeat(100_000), Language::Ru);
        holds(&said, "x\n").await;
        deaf.say("again ".repeat(100_000), Language::Ru);
        holds(&said, "x\nx\n").await;
        Voice::start(VoiceParts::default(), &Handle::current()).say("to nobody".to_owned(), Language::Ru);
    }

    #[test]
    fn a_program_is_looked_for_where_a_shell_would() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("speaker"), "").unwrap();
        let path = format!("/nonexistent:{}", directory.path().display());
        let here = directory.path().join("speaker").display().to_string();
        assert!(is_installed(&["speaker".to_owned()], &path));
        assert!(is_installed(&[here], ""));
        for (command, path) in [("speaker", "/nonexistent"), ("./speaker-none", &*path), ("", &*path), ("nobody", "")] {
            assert!(!is_installed(&[command.to_owned()], path), "{command}");
        }
        assert!(!is_installed(&[], &path) && !is_command(&[]) && !is_command(&[String::new()]));
    }
}
