//! A box that is served, asked over real sockets.

mod ecp;
mod qa;
mod run;
mod webdriver;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use clap::Parser;
use serde_json::Value;

use super::{Boxes, start};
use crate::{Args, Command};

/// Saturday noon; the month ends three days later.
pub(super) const START: &str = "2026-11-28T09:00:00Z";

/// Boxes with a runtime for their servers.
pub(super) struct Lab {
    runtime: tokio::runtime::Runtime,
    boxes: Option<Boxes>,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Lab {
    /// Starts boxes with these words after `emulator serve`.
    pub(super) fn start(words: &[&str]) -> Self {
        let usual = ["emulator", "serve", "--clock", START, "--size", "1280x720", "--seed", "7"];
        let args = Args::try_parse_from(usual.iter().chain(words)).expect("the arguments are right");
        let Some(Command::Serve(args)) = args.command else { panic!("serve") };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let boxes = runtime.block_on(start(&args)).unwrap_or_else(|error| panic!("{error}"));
        Self { runtime, boxes: Some(boxes) }
    }

    pub(super) fn boxes(&self) -> &Boxes {
        self.boxes.as_ref().expect("it has not ended")
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.boxes().boxes[0].addr
    }

    /// Asks the first box.
    pub(super) fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        ask(self.addr(), method, path, body, "")
    }

    pub(super) fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, "");
        assert_eq!(answer.status, 200, "{path}: {answer}");
        answer.json()
    }

    pub(super) fn post(&self, path: &str, body: &str) -> Value {
        let answer = self.ask("POST", path, body);
        assert_eq!(answer.status, 200, "{path} {body}: {answer}");
        answer.json()
    }

    pub(super) fn press(&self, keys: &str) -> Value {
        self.post("/qa/v1/keys", &format!("{{\"keys\":\"{keys}\"}}"))
    }

    /// The element of the tree with this id.
    pub(super) fn node(&self, id: &str) -> Value {
        let tree = self.get("/qa/v1/tree");
        find(&tree["tree"], id).unwrap_or_else(|| panic!("no {id} in {tree}"))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Some(boxes) = self.boxes.take() {
            self.runtime.block_on(boxes.end());
        }
    }
}

fn find(node: &Value, id: &str) -> Option<Value> {
    if node["id"] == id {
        return Some(node.clone());
    }
    node["children"].as_array()?.iter().find_map(|child| find(child, id))
}

/// Asks over a connection of its own, with more header lines.
pub(super) fn ask(addr: SocketAddr, method: &str, path: &str, body: &str, headers: &str) -> Answer {
    let host = if headers.to_lowercase().contains("host:") { String::new() } else { format!("host: {addr}\r\n") };
    let head = format!(
        "{method} {path} HTTP/1.1\r\n{host}connection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(addr).expect("the box listens");
    stream.write_all(head.as_bytes()).expect("the request is sent");
    // A server that refuses by the head alone may close before the body.
    let _ = stream.write_all(body.as_bytes());
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("the answer is whole");
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("an answer has a status");
    Answer { status, head, body: bytes[end + 4..].to_vec() }
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}\n\n{}", self.head, self.text())
    }
}
