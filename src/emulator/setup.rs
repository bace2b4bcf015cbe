//! What an emulator stands on: a sandbox or another API, a storage directory, a client.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use url::{Position, Url};

use bonus_sandbox::clock::Clock as SandboxClock;
use bonus_sandbox::randomness::Randomness;
use bonus_sandbox::{KeptTime, MonthlyLimit, Options, Running};
use bonus_tv::api::{Client, ClientOptions, Tokens};
use bonus_tv::core::{Elsewhere, Identity, Memory, Settings};
use bonus_tv::domain::{Animations, Contrast, Language, Secret, TextSize, VoiceGuidance};
use bonus_tv::engine::clock::Clock;
use bonus_tv::engine::journal::Journal;
use bonus_tv::engine::live::PlayerParts;
use bonus_tv::player::film::PlayerFallback;
use bonus_tv::player::lending::Desktop;
use bonus_tv::player::{FilmAddresses, Insecure, PlayerRules};
use bonus_tv::shell::Parts;
use bonus_tv::storage::Storage;
use bonus_tv::view::bind::ThemeColors;
use bonus_tv::voice::{self, VoiceParts};

use super::args::ClockOwner;
use super::gallery::Fixed;
use super::{Args, EmulatorError};

/// Everything that was started before the television.
pub(crate) struct Setup {
    /// The address of the bonus API.
    pub(crate) api: Url,
    /// The sandbox, if it is ours.
    pub(crate) sandbox: Option<Running>,
    client: Client,
    storage: Storage,
    directory: PathBuf,
    player: Vec<String>,
    voice: Vec<String>,
    journal: Option<Journal>,
    /// What holds until the viewer chooses.
    defaults: Settings,
    pub(super) fixed: Option<Fixed>,
    /// Removed when the run ends.
    _temporary: Option<tempfile::TempDir>,
    /// Runs the sandbox.
    _runtime: Runtime,
}

/// Room for pictures on the emulator's disk.
const IMAGE_CACHE: u64 = 64 * 1024 * 1024;

/// Starts everything but the television.
pub(crate) fn prepare(args: &Args) -> Result<Setup, EmulatorError> {
    let io = |what: &str| {
        let what = what.to_owned();
        move |error| EmulatorError::Io(what, error)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("sandbox")
        .enable_all()
        .build()
        .map_err(io("starting the sandbox's threads"))?;
    let (api, sandbox) = match &args.api {
        Some(url) => {
            let url = Url::parse(url).map_err(|error| EmulatorError::Usage(format!("--api «{url}»: {error}")))?;
            (url, None)
        }
        None => {
            // Without a window nobody is there to read the address of the switches.
            let control = (!args.headless || args.has_faces).then_some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
            let mut options = Options { db: args.db.clone(), control, ..Options::default() };
            // Without a window, the television's virtual time moves the sandbox's clock.
            options.clock = args.clock.map(|at| match args.clock_owner() {
                ClockOwner::System => SandboxClock::running_from(at),
                ClockOwner::Television => SandboxClock::frozen(at),
            });
            options.kept_time = match args.clock_owner() {
                ClockOwner::System => KeptTime::GoesOn,
                ClockOwner::Television => KeptTime::StandsStill,
            };
            if let Some(fixed) = &args.fixed {
                options.clock = Some(SandboxClock::frozen(fixed.now));
                options.randomness = Randomness::seeded(fixed.seed);
                options.public_url = Some(fixed.address.to_owned());
            }
            options.policy.monthly = args.policy.as_deref().map(|limit| {
                let is_exempt = limit == "films-exempt";
                if is_exempt { MonthlyLimit::FilmsExempt } else { MonthlyLimit::Strict }
            });
            let running = runtime.block_on(bonus_sandbox::start(options))?;
            let url = Url::parse(running.base_url())
                .map_err(|error| EmulatorError::Usage(format!("the sandbox's own address: {error}")))?;
            (url, Some(running))
        }
    };
    let (directory, temporary) = match &args.storage {
        Some(directory) => (directory.clone(), None),
        None => {
            let temporary = tempfile::tempdir().map_err(io("making a directory for the box's memory"))?;
            (temporary.path().to_owned(), Some(temporary))
        }
    };
    let storage = Storage::open(&directory, IMAGE_CACHE)?.for_api(&api);
    let mut options = ClientOptions::new(api.clone());
    let language = args.language.as_deref().and_then(Language::from_code).unwrap_or_default();
    options.language = language;
    options.allow_insecure = args.allow_insecure;
    // A soak spends its time on keys, not on frames between them.
    // A picture that is compared stands still.
    let is_still = args.soak.is_some() || args.fixed.is_some();
    let defaults = Settings {
        language,
        text_size: args
            .text_size
            .as_deref()
            .and_then(|text| text.parse().ok())
            .and_then(TextSize::from_percent)
            .unwrap_or_default(),
        contrast: args.contrast.as_deref().and_then(Contrast::from_code).unwrap_or_default(),
        voice: args.voice.as_deref().and_then(VoiceGuidance::from_code).unwrap_or_default(),
        animations: if is_still { Animations::Reduced } else { Animations::default() },
        ..Settings::default()
    };
    let client = Client::new(&options, storage.tokens.clone())?;
    if let Some(name) = &args.scenario {
        sign_in(name, sandbox.as_ref(), &client, &storage, &runtime)?;
    }
    let journal = match &args.journal {
        Some(path) => Some(Journal::create(path).map_err(io(&format!("writing {}", path.display())))?),
        None => None,
    };
    let player = match &args.player {
        Some(command) => command.split_whitespace().map(str::to_owned).collect(),
        None => vec!["gst-play-1.0".to_owned(), "{url}".to_owned()],
    };
    bonus_tv::player::check_command(&player).map_err(|error| EmulatorError::Usage(format!("--player: {error}")))?;
    let voice: Vec<String> = match &args.voice_command {
        Some(command) => command.split_whitespace().map(str::to_owned).collect(),
        // A window is for somebody who hears it; other runs speak when they are told to.
        None if args.headless => Vec::new(),
        None => ["espeak-ng", "-v", voice::LANGUAGE].map(str::to_owned).to_vec(),
    };
    Ok(Setup {
        api,
        sandbox,
        client,
        storage,
        directory,
        player,
        voice,
        journal,
        defaults,
        fixed: args.fixed,
        _temporary: temporary,
        _runtime: runtime,
    })
}

/// Signs in as a test subscriber, with the subscriber's PIN if it has one.
fn sign_in(
    name: &str,
    sandbox: Option<&Running>,
    client: &Client,
    storage: &Storage,
    runtime: &Runtime,
) -> Result<(), EmulatorError> {
    let Some(sandbox) = sandbox else {
        return Err(EmulatorError::Usage("--scenario needs the sandbox inside".to_owned()));
    };
    let scenarios = bonus_sandbox::scenarios()?;
    let Some(scenario) = scenarios.iter().find(|scenario| scenario.name == name) else {
        let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
        return Err(EmulatorError::Usage(format!("--scenario «{name}» is none of: {}", names.join(", "))));
    };
    let session = sandbox.control().session(name)?;
    let tokens =
        Tokens { access: Secret::new(session.access_token), refresh: Some(Secret::new(session.refresh_token)) };
    runtime.block_on(client.adopt_tokens(tokens));
    // The PIN that follows is this sign-in's.
    storage.bind().map_err(|error| EmulatorError::Io("clearing an earlier subscriber's data".to_owned(), error))?;
    if let Some(pin) = &scenario.pin {
        storage
            .pin
            .set(&Secret::new(pin.clone()))
            .map_err(|error| EmulatorError::Io("setting the scenario's PIN".to_owned(), error))?;
    }
    Ok(())
}

impl Setup {
    /// What a shell is made from.
    pub(crate) fn into_parts(self, clock: Box<dyn Clock>, wake: Arc<dyn Fn() + Send + Sync>) -> (Parts, Remains) {
        // What people are told is the same in every run of a gallery; what the box asks is the sandbox's own.
        let shown = self.fixed.and_then(|fixed| Url::parse(fixed.address).ok()).unwrap_or_else(|| self.api.clone());
        let identity = Identity {
            brand: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            device_id: "EMU-0001".to_owned(),
            api_host: shown[Position::BeforeHost..Position::AfterPort].to_owned(),
            account_url: self.sandbox.as_ref().and_then(|_| shown.join("account").ok()).map(String::from),
            elsewhere: Elsewhere {
                phone: Some("8 800 000-00-00".to_owned()),
                ussd: Some("*000#".to_owned()),
                app_url: self.sandbox.as_ref().and_then(|_| shown.join("app").ok()).map(String::from),
            },
            dim_after: Some(Duration::from_secs(300)),
            // QA may look away for longer.
            leave_after: None,
            // QA sees the setting on every machine; the program is looked for when it is to speak.
            has_voice: true,
            player_hears_keys: false,
        };
        let parts = Parts {
            client: self.client,
            storage: self.storage,
            memory: Memory::Kept,
            clock,
            identity,
            defaults: self.defaults,
            player: PlayerParts {
                command: self.player,
                rules: PlayerRules {
                    films: FilmAddresses::beside(&self.api, Insecure::Refused),
                    hidden: Some(self.directory),
                },
                fallback: PlayerFallback::BuiltInCard,
                stage: Box::new(Desktop),
            },
            voice: VoiceParts { command: self.voice, hidden: None },
            theme: ThemeColors::default(),
            journal: self.journal,
            wake,
        };
        (parts, Remains { sandbox: self.sandbox, api: self.api, _temporary: self._temporary, _runtime: self._runtime })
    }
}

/// What must live as long as the television.
pub(crate) struct Remains {
    /// The sandbox, if it is ours.
    pub(crate) sandbox: Option<Running>,
    /// The address of the bonus API.
    pub(crate) api: Url,
    _temporary: Option<tempfile::TempDir>,
    _runtime: Runtime,
}
