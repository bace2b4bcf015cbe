//! `emulator ctl`: one command to a box that is served, for shells and for hands.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::EmulatorError;
use crate::args::CtlArgs;

/// An answer may take as long as the slowest wait that QA's API takes.
const PATIENCE: Duration = Duration::from_secs(600);
/// The largest answer: a picture.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A request, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Command {
    method: &'static str,
    path: String,
    body: String,
    /// Where the answer is written, if not to standard output.
    file: Option<PathBuf>,
}

/// Sends the command of the arguments and prints the answer.
pub(crate) fn run(args: &CtlArgs) -> Result<(), EmulatorError> {
    let command = understand(&args.words).map_err(EmulatorError::Usage)?;
    let base = base(args)?;
    let (status, body) = send(&base, &command)?;
    if !(200..300).contains(&status) {
        let text = String::from_utf8_lossy(&body).into_owned();
        // A wait that was in vain is a failed expectation; everything else was refused.
        return Err(if status == 408 { EmulatorError::Failed(text) } else { EmulatorError::Control(text) });
    }
    if let Some(path) = &command.file {
        let failed = |error| EmulatorError::Io(format!("writing {}", path.display()), error);
        return std::fs::write(path, &body).map_err(failed);
    }
    let mut out = std::io::stdout().lock();
    let text = String::from_utf8_lossy(&body);
    let lines = match serde_json::from_str::<Value>(&text) {
        Ok(value) if matches!(command.path.as_str(), "text" | "spoken") => value[command.path.as_str()]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("\n"),
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_else(|_| text.clone().into_owned()),
        Err(_) => text.clone().into_owned(),
    };
    writeln!(out, "{lines}").map_err(|error| EmulatorError::Io("writing the answer".to_owned(), error))
}

/// What the words mean.
fn understand(words: &[String]) -> Result<Command, String> {
    let (verb, rest) = words.split_first().ok_or("a command is missing".to_owned())?;
    let rest = rest.join(" ");
    let command = |method, path: &str, body: String| Command { method, path: path.to_owned(), body, file: None };
    let wants = |what: &str| {
        if rest.is_empty() { Err(format!("{verb} wants {what}")) } else { Ok(rest.clone()) }
    };
    Ok(match verb.as_str() {
        "state" | "tree" | "text" | "spoken" | "ledger" | "requests" | "clock" | "faults" if rest.is_empty() => {
            command("GET", verb, String::new())
        }
        "key" | "keys" => command("POST", "keys", json!({"keys": wants("keys, such as DOWN OK")?}).to_string()),
        "clock" => {
            let time = rest.strip_prefix('+').ok_or("a clock goes forward: clock +48h".to_owned())?;
            command("POST", "clock", json!({"advance": time}).to_string())
        }
        "power" => command("POST", "power", json!({"power": wants("on, standby or toggle")?}).to_string()),
        "open" => command("POST", "open", String::new()),
        "sign-in" => command("POST", "sign-in", json!({"scenario": wants("a test subscriber")?}).to_string()),
        "fault" if rest == "none" => command("DELETE", "faults", String::new()),
        "fault" => command("PUT", "faults", format!("[{}]", wants("a fault as JSON, or none")?)),
        "wait" => {
            let words = wants("what to wait for, such as screen=Outcome")?;
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for word in words.split(['&', ' ']).filter(|word| !word.is_empty()) {
                let (name, value) = word.split_once('=').ok_or("a wait is written screen=Outcome".to_owned())?;
                query.append_pair(name, value);
            }
            command("GET", &format!("wait?{}", query.finish()), String::new())
        }
        "shot" => {
            let file = Some(PathBuf::from(wants("a file")?));
            Command { file, ..command("GET", "screenshot", String::new()) }
        }
        _ => {
            let known = "state, tree, text, spoken, key, wait, clock, power, open, sign-in, fault, faults, ledger, requests, shot";
            return Err(format!("«{verb}» is no command, or wants nothing behind it; there are {known}"));
        }
    })
}

/// The address of the box: as given, or the first of the ready file.
fn base(args: &CtlArgs) -> Result<Url, EmulatorError> {
    let text = match (&args.url, &args.ready_file) {
        (Some(url), _) => url.clone(),
        (None, Some(file)) => from_ready_file(file)?,
        (None, None) => {
            return Err(EmulatorError::Usage("which box? give --url or --ready-file of emulator serve".to_owned()));
        }
    };
    Url::parse(&text).map_err(|error| EmulatorError::Usage(format!("the address «{text}»: {error}")))
}

fn from_ready_file(file: &Path) -> Result<String, EmulatorError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| EmulatorError::Io(format!("reading {}", file.display()), error))?;
    let line = serde_json::from_str::<Value>(&text).ok();
    line.as_ref()
        .and_then(|line| line["boxes"][0]["qa"].as_str())
        .map(str::to_owned)
        .ok_or_else(|| EmulatorError::Usage(format!("{} is no ready file", file.display())))
}

/// Asks over a connection of its own.
fn send(base: &Url, command: &Command) -> Result<(u16, Vec<u8>), EmulatorError> {
    let unreachable = |error| EmulatorError::Io(format!("asking {base}"), error);
    let host = base.host_str().filter(|_| base.scheme() == "http");
    let host =
        host.ok_or_else(|| EmulatorError::Usage("the address is one such as http://127.0.0.1:4444/qa/v1".to_owned()))?;
    let port = base.port_or_known_default().unwrap_or(80);
    let mut addresses = (host, port).to_socket_addrs().map_err(unreachable)?;
    let address = addresses.next().ok_or_else(|| EmulatorError::Usage(format!("{host} has no address")))?;
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(3)).map_err(unreachable)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(unreachable)?;
    let Command { method, path, body, .. } = command;
    let root = base.path().trim_end_matches('/');
    let request = format!(
        "{method} {root}/{path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).map_err(unreachable)?;
    let mut bytes = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut bytes).map_err(unreachable)?;
    let odd = || EmulatorError::Control(format!("{base} does not speak HTTP"));
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(odd)?;
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(odd)?;
    Ok((status, bytes.get(end + 4..).unwrap_or_default().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(line: &str) -> Result<Command, String> {
        understand(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn commands_are_understood_and_nonsense_is_named() {
        let made = understood("key DOWN OK").unwrap();
        assert_eq!((made.method, made.path.as_str(), made.body.as_str()), ("POST", "keys", "{\"keys\":\"DOWN OK\"}"));
        assert_eq!(understood("wait screen=Outcome timeout=60s").unwrap().path, "wait?screen=Outcome&timeout=60s");
        assert_eq!(understood("clock +48h").unwrap().body, "{\"advance\":\"48h\"}");
        assert_eq!(understood("clock").unwrap().method, "GET");
        assert_eq!(understood("fault none").unwrap().method, "DELETE");
        assert_eq!(understood("shot a.png").unwrap().file, Some(PathBuf::from("a.png")));
        for nonsense in ["nope", "key", "clock 48h", "wait screen", "shot", "state now", "sign-in"] {
            assert!(understood(nonsense).is_err(), "{nonsense}");
        }
    }
}
