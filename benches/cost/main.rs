//! What the program costs: steps of the core, pixels and time of a frame, starts, and memory.
//!
//! Pixels are exact and the same everywhere; times are those of the machine at hand and good for
//! ratios. `cargo bench` prints one table; a word after `--` keeps the sections whose name holds it.

#[path = "../../tests/it/screens/stage.rs"]
mod stage;
mod x11;

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use bonus_emulator::{Args, Television};
use bonus_sandbox::{Options, Running, start};
use bonus_tv::api::{Client, ClientOptions, Tokens};
use bonus_tv::core::{Event, Moment, PlaceKind, update};
use bonus_tv::domain::Secret;
use bonus_tv::input::{Direction, Hold, KeyEvent, Phase, RemoteKey, ScriptStep, parse_script};
use bonus_tv::shell::heap;
use bonus_tv::storage::Storage;
use bonus_tv::view::model::{CardShape, ViewModel};
use bonus_tv::view::view;
use clap::Parser;
use tokio::runtime::Runtime;

use stage::{Stage, go_to_row, open, pair, television};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Makes this program the box of the memory section: a television beside a server of its own process.
const BOX: &str = "--box";
/// Makes this program move a focus so many times, for valgrind to count.
const MOVES: &str = "--moves";

fn main() -> Outcome<()> {
    heap::share();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [BOX, api, storage] => return be_a_box(api, storage),
        [MOVES, name, times] => return moves(name, times.parse()?),
        _ => {}
    }
    // Cargo itself passes --bench.
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-')).cloned().unwrap_or_default();
    type Section = (&'static str, fn() -> Outcome<()>);
    let sections: [Section; 6] = [
        ("update", steps_of_the_core),
        ("render", frames),
        ("instructions", instructions_of_a_move),
        ("catalogue", large_catalogues),
        ("start", start_from_the_cache),
        ("memory", memory_of_a_box),
    ];
    for (name, run) in sections.into_iter().filter(|(name, _)| name.contains(&wanted)) {
        println!("\n{name}");
        run()?;
    }
    Ok(())
}

fn line(what: &str, figure: &str) {
    println!("  {what:<52} {figure:>20}");
}

/// The median of the times that `run` takes.
fn median(times: usize, mut run: impl FnMut() -> Outcome<Duration>) -> Outcome<Duration> {
    let mut taken = (0..times).map(|_| run()).collect::<Outcome<Vec<_>>>()?;
    taken.sort();
    taken.get(times / 2).copied().ok_or_else(|| "nothing was measured".into())
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = run();
    (result, started.elapsed())
}

fn headless(arguments: &[&str]) -> Outcome<Args> {
    Ok(Args::try_parse_from(["emulator", "--headless"].into_iter().chain(arguments.iter().copied()))?)
}

fn switch_on(arguments: &[&str]) -> Outcome<Television> {
    Ok(Television::switch_on(&headless(arguments)?)?)
}

/// One key of the remote through the whole core, and the view-model after it.
fn steps_of_the_core() -> Outcome<()> {
    const KEYS: u32 = 20_000;
    for (scenario, name) in [("vip", "home"), ("offers-10000", "home, 10 000 offers")] {
        let mut app = switch_on(&["--scenario", scenario])?.app().clone();
        let mut now = Moment { monotonic: Duration::from_secs(60), wall: chrono::DateTime::UNIX_EPOCH, entropy: 1 };
        let mut step = |phase, arrow| {
            now.monotonic += Duration::from_millis(60);
            let event = Event::Key(KeyEvent { key: RemoteKey::Arrow(arrow), phase });
            black_box(update(&mut app, &now, event));
        };
        let ((), taken) = timed(|| {
            for index in 0..KEYS {
                let arrow = if index % 2 == 0 { Direction::Right } else { Direction::Left };
                step(Phase::Down(Hold::Trusted), arrow);
                step(Phase::Up, arrow);
            }
        });
        line(&format!("update, key down and up, {name}"), &format!("{:?}", taken / KEYS));
        let ((), taken) = timed(|| (0..100).for_each(|_| drop(black_box(view(&app, &now)))));
        line(&format!("view, {name}"), &format!("{:?}", taken / 100));
    }
    Ok(())
}

/// A move of the focus or of a page: its name, and the keys that lead there. The last key is the move.
const MOVES_OF_THE_FOCUS: [(&str, &str); 8] = [
    ("home, focus along tiles", "TILES RIGHT RIGHT"),
    ("home, focus along posters", "POSTERS RIGHT RIGHT"),
    ("home, row scrolls", "POSTERS RIGHT*5 RIGHT"),
    ("home, next row", "RIGHT DOWN"),
    ("catalogue, focus", "CATALOGUE DOWN*2 RIGHT"),
    ("catalogue, rows scroll", "CATALOGUE DOWN*3 DOWN"),
    ("list, focus", "OPTIONS DOWN DOWN"),
    ("home to catalogue", "UP*5 RIGHT OK"),
];

/// The television that has made the move, and what it showed before and after.
fn make(way: &str) -> Outcome<(Television, [ViewModel; 2])> {
    let mut television = television("vip", 1920);
    let (way, last) = way.rsplit_once(' ').ok_or("a move is a way and a key")?;
    let [ScriptStep::Tap(key)] = parse_script(last)?[..] else { return Err("the last word is a key".into()) };
    for word in way.split(' ') {
        match word {
            "TILES" => go_to_row(&mut television, CardShape::Tile),
            "POSTERS" => go_to_row(&mut television, CardShape::Poster),
            "CATALOGUE" => open(&mut television, PlaceKind::Catalog),
            "OPTIONS" => open(&mut television, PlaceKind::MyOptions),
            keys => television.press_keys(keys)?,
        }
    }
    let views = pair(&mut television, key);
    Ok((television, views))
}

/// A window on which everything of a pair was seen once.
fn warm<'a>(television: &'a Television, [first, second]: &[ViewModel; 2]) -> Stage<'a> {
    let mut stage = Stage::showing(first, television);
    stage.show(second);
    stage.show(first);
    stage
}

/// Moves of the focus between two pictures.
fn frames() -> Outcome<()> {
    for (name, way) in MOVES_OF_THE_FOCUS {
        let (television, views) = make(way)?;
        let mut stage = warm(&television, &views);
        let [first, second] = &views;
        let mut pixels = 0;
        let taken = median(15, || {
            let (there, taken) = timed(|| stage.show(second));
            let back = stage.show(first);
            for drawn in [there, back].into_iter().flatten() {
                pixels = pixels.max(drawn.pixels);
            }
            Ok(taken)
        })?;
        let share = pixels as f64 * 100.0 / f64::from(1920 * 1080);
        line(name, &format!("{pixels} px {share:.1} % {taken:.1?}"));
    }
    Ok(())
}

/// Instructions of one move, counted by callgrind: the same whatever else the machine does.
fn instructions_of_a_move() -> Outcome<()> {
    const TIMES: u32 = 20;
    for (name, _) in MOVES_OF_THE_FOCUS {
        let Some(counted) = count(&[MOVES, name, &TIMES.to_string()])? else {
            line("valgrind is not installed", "");
            return Ok(());
        };
        let each = counted as f64 / f64::from(TIMES) / 1e6;
        line(name, &format!("{each:.2} M instructions"));
    }
    Ok(())
}

/// The instructions of [`repeat_move`] in this program with these arguments; `None` without valgrind.
fn count(arguments: &[&str]) -> Outcome<Option<u64>> {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*repeat_move*"])
        .arg(std::env::current_exe()?)
        .args(arguments);
    let output = match valgrind.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    collected.map(Some).ok_or_else(|| format!("callgrind says: {said}").into())
}

/// Moves there and back so many times.
fn moves(name: &str, times: u64) -> Outcome<()> {
    let (_, way) = MOVES_OF_THE_FOCUS.iter().find(|(known, _)| *known == name).ok_or("there is no such move")?;
    let (television, views) = make(way)?;
    let mut stage = warm(&television, &views);
    for at in 0..times {
        repeat_move(&mut stage, &views, at);
    }
    Ok(())
}

/// What callgrind counts, and nothing before it.
#[inline(never)]
fn repeat_move(stage: &mut Stage<'_>, [first, second]: &[ViewModel; 2], at: u64) {
    stage.show(if at.is_multiple_of(2) { second } else { first });
}

/// From home to the first row of a large catalogue, and how long a new television needs to be at home.
fn large_catalogues() -> Outcome<()> {
    for scenario in ["vip", "offers-500", "offers-10000"] {
        let (television, taken) = timed(|| switch_on(&["--scenario", scenario]));
        line(&format!("{scenario}: sandbox, sign-in and home"), &format!("{taken:.0?}"));
        let mut television = television?;
        let (pressed, taken) = timed(|| television.press_keys("UP*5 RIGHT OK"));
        pressed?;
        if television.app().place().kind() != PlaceKind::Catalog {
            return Err("the keys do not lead to the catalogue".into());
        }
        line(&format!("{scenario}: home to the catalogue, drawn"), &format!("{taken:.0?}"));
    }
    Ok(())
}

/// A sandbox in this process, and a directory in which a box is signed in.
struct Server {
    url: String,
    storage: tempfile::TempDir,
    _running: Running,
    _runtime: Runtime,
}

impl Server {
    fn start() -> Outcome<Self> {
        let runtime = Runtime::new()?;
        let running = runtime.block_on(start(Options::default()))?;
        let url = running.base_url().to_owned();
        let storage = tempfile::tempdir()?;
        let session = running.control().session("vip")?;
        let tokens =
            Tokens { access: Secret::new(session.access_token), refresh: Some(Secret::new(session.refresh_token)) };
        let opened = Storage::open(storage.path(), 64 * 1024 * 1024)?;
        let client = Client::new(&ClientOptions::new(url.parse()?), opened.tokens.clone())?;
        runtime.block_on(client.adopt_tokens(tokens));
        Ok(Self { url, storage, _running: running, _runtime: runtime })
    }

    fn directory(&self) -> Outcome<&str> {
        self.storage.path().to_str().ok_or_else(|| "the directory's name is no text".into())
    }
}

/// A start with nothing on the disk but the sign-in, and the starts after it.
fn start_from_the_cache() -> Outcome<()> {
    let server = Server::start()?;
    let arguments = ["--api", &server.url, "--storage", server.directory()?];
    let start = |how: &dyn Fn() -> Outcome<Television>| {
        let (television, taken) = timed(how);
        if television?.app().place().kind() != PlaceKind::Home {
            return Err("the start does not lead home".into());
        }
        Ok(taken)
    };
    let whole = || switch_on(&arguments);
    let first_picture = || Ok(Television::first_picture(&headless(&arguments)?)?);
    line("first start: home, every picture fetched", &format!("{:.0?}", start(&whole)?));
    line("next start: first picture of home", &format!("{:.0?}", median(5, || start(&first_picture))?));
    line("next start: home from the cache, checked again", &format!("{:.0?}", median(5, || start(&whole))?));
    let Some(screen) = x11::XServer::start()? else {
        line("Xvfb is not installed", "");
        return Ok(());
    };
    let home = switch_on(&arguments)?.frame();
    let window = || screen.time_to_home(&arguments, &home);
    line("window on X11: process started to home on the screen", &format!("{:.0?}", median(9, window)?));
    Ok(())
}

/// The memory of a process with a television and nothing else, after a visit of every tab.
fn memory_of_a_box() -> Outcome<()> {
    let server = Server::start()?;
    let output = Command::new(std::env::current_exe()?).args([BOX, &server.url, server.directory()?]).output()?;
    if !output.status.success() {
        return Err(format!("the box: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    print!("{}", String::from_utf8(output.stdout)?);
    Ok(())
}

fn be_a_box(api: &str, storage: &str) -> Outcome<()> {
    let mut television = switch_on(&["--api", api, "--storage", storage])?;
    line("PSS at home, 1920x1080", &memory()?);
    for tab in 1..=4 {
        television.press_keys(&format!("UP*5 LEFT*9 RIGHT*{tab} OK DOWN*3 BACK"))?;
        for _ in 0..4 {
            if television.app().place().kind() != PlaceKind::Home {
                television.press_keys("BACK WAIT:2s")?;
            }
        }
    }
    line("PSS after a visit of every tab", &memory()?);
    Ok(())
}

/// The proportional set size of this process.
fn memory() -> Outcome<String> {
    let rollup = std::fs::read_to_string(Path::new("/proc/self/smaps_rollup"))?;
    let kib =
        rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(format!("{} MiB", kib.ok_or("the kernel does not tell")? / 1024))
}
