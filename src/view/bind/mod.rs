//! Carries a view-model into the Slint window: the only place that knows the generated types.
//!
//! A new view-model is compared with the shown one, and only what differs is set, so that Slint
//! draws no more than what the viewer sees change. Nothing is decided here.

mod account;
mod convert;
mod messages;
mod models;
mod orders;
mod qr;
mod shop;

use std::time::Duration;

use slint::{ComponentHandle, PlatformError, Timer, TimerMode};

use self::convert::Context;
use self::models::Models;
use crate::domain::{Contrast, Language};
use bonus_tv_ui as ui;

use super::model::{Direction, ImageKey, ListKind, Look, Screen as ScreenModel, ViewModel};
use super::text::Text;

/// How long a push against the end of a list is seen.
const PUSH: Duration = Duration::from_millis(110);

/// Where decoded pictures come from.
pub trait Images {
    /// The picture, decoded to its size in device pixels with its round corners, if it is here.
    fn image(&self, key: &ImageKey) -> Option<slint::Image>;
}

/// Whether two view-models are of one screen.
fn is_same(old: &ScreenModel, new: &ScreenModel) -> bool {
    match (old, new) {
        (ScreenModel::List(old), ScreenModel::List(new)) => old.kind == new.kind,
        (old, new) => std::mem::discriminant(old) == std::mem::discriminant(new),
    }
}

/// No pictures at all.
#[derive(Debug, Default)]
pub struct NoImages;

impl Images for NoImages {
    fn image(&self, _key: &ImageKey) -> Option<slint::Image> {
        None
    }
}

/// An operator's own colours; `None` keeps ours.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThemeColors {
    /// The colour of points, prices and what leads on.
    pub accent: Option<slint::Color>,
    /// Text on the accent.
    pub on_accent: Option<slint::Color>,
    /// The second colour.
    pub secondary: Option<slint::Color>,
}

/// The window with everything in it.
pub struct Screen {
    window: ui::AppWindow,
    models: Models,
    shown: Option<ViewModel>,
    missing: Vec<ImageKey>,
    are_texts_long: bool,
    push: Timer,
}

/// A window that is on the screen holds itself: without this, a dropped one would stay in memory for good.
impl Drop for Screen {
    fn drop(&mut self) {
        if let Err(error) = self.window.hide() {
            tracing::debug!(%error, "the window is gone already");
        }
    }
}

impl Screen {
    /// Makes the window on the platform of this thread; it is empty until the first [`Screen::show`].
    ///
    /// # Errors
    /// The platform gives no window.
    pub fn new() -> Result<Self, PlatformError> {
        let window = ui::AppWindow::new()?;
        let models = Models::new(&window);
        Ok(Self { window, models, shown: None, missing: Vec::new(), are_texts_long: false, push: Timer::default() })
    }

    /// Puts the window on the screen.
    ///
    /// # Errors
    /// The platform does not show it.
    pub fn open(&self) -> Result<(), PlatformError> {
        self.window.show()
    }

    /// Shows a view-model, setting only what differs from the one shown.
    pub fn show(&mut self, vm: &ViewModel, images: &dyn Images) {
        let old = self.shown.replace(vm.clone());
        self.update(old.as_ref(), vm, images);
        if let Some(old) = old
            && old.look.bump.count != vm.look.bump.count
        {
            self.push(vm.look);
        }
    }

    /// The pictures that the shown view-model wants and has not, what is in sight first.
    pub fn wanted_images(&self) -> Vec<ImageKey> {
        self.missing.clone()
    }

    /// Puts a picture that has just arrived where it belongs.
    pub fn image_arrived(&mut self, key: &ImageKey, images: &dyn Images) {
        if !self.missing.contains(key) {
            return;
        }
        if let Some(vm) = self.shown.take() {
            self.update(None, &vm, images);
            self.shown = Some(vm);
        }
    }

    /// Puts an operator's colours in the place of ours.
    pub fn set_theme(&self, colors: ThemeColors) {
        let theme = self.window.global::<ui::Theme>();
        if let Some(color) = colors.accent {
            theme.set_accent(color);
        }
        if let Some(color) = colors.on_accent {
            theme.set_on_accent(color);
        }
        if let Some(color) = colors.secondary {
            theme.set_secondary(color);
        }
    }

    /// Red, green and blue of the ground that pages lie on.
    pub fn ground(&self) -> [u8; 3] {
        let ground = self.window.global::<ui::Theme>().get_ground();
        [ground.red(), ground.green(), ground.blue()]
    }

    /// Chooses the language; texts are asked for again with the next [`Screen::show`].
    pub fn set_language(&mut self, language: Language) {
        if let Err(error) = slint::select_bundled_translation(language.code()) {
            tracing::warn!(%error, code = language.code(), "cannot choose the language");
        }
        self.shown = None;
    }

    /// Shows every text 40 % longer, to see what another language would do to the layout.
    pub fn lengthen_texts(&mut self) {
        self.are_texts_long = true;
        self.shown = None;
    }

    /// Forgets what is shown, so that the next [`Screen::show`] sets everything.
    pub fn redraw_all(&mut self) {
        self.shown = None;
    }

    /// The words of a text in the language that is chosen.
    pub fn words(&self, text: &Text) -> String {
        let texts = self.window.global::<ui::Texts>();
        Context::new(&texts, &NoImages, 1.0, false).text(text).into()
    }

    /// The root of the elements, for who looks for one.
    pub fn root(&self) -> &impl ComponentHandle {
        &self.window
    }

    /// The Slint window: its size, its scale factor, its events.
    pub fn window(&self) -> &slint::Window {
        self.window.window()
    }

    /// Sets what differs between two view-models, and notes the pictures that are missing.
    fn update(&mut self, old: Option<&ViewModel>, vm: &ViewModel, images: &dyn Images) {
        let window = self.window.clone_strong();
        let texts = window.global::<ui::Texts>();
        let scale = self.window.window().scale_factor();
        let mut context = Context::new(&texts, images, scale, vm.look.has_motion);
        context.are_texts_long = self.are_texts_long;
        context.is_same_screen = old.is_some_and(|old| is_same(&old.screen, &vm.screen));
        if old.map(|old| old.look) != Some(vm.look) {
            let look = self.window.global::<ui::LookState>();
            look.set_has_motion(vm.look.has_motion);
            look.set_is_dimmed(vm.look.is_dimmed);
            self.window.global::<ui::Type>().set_percent(vm.look.text_size.percent() as f32);
            self.window.global::<ui::Theme>().set_is_high_contrast(vm.look.contrast == Contrast::High);
        }
        if old.map(|old| &old.chrome) != Some(&vm.chrome) {
            self.models.show_chrome(&self.window, &vm.chrome, &context);
        }
        if old.map(|old| &old.dialog) != Some(&vm.dialog) {
            self.models.show_dialog(&self.window, vm.dialog.as_ref(), &context);
        }
        if old.map(|old| &old.screen) != Some(&vm.screen) {
            self.show_screen(&vm.screen, &mut context);
            self.missing = context.missing();
        }
    }

    fn show_screen(&mut self, screen: &ScreenModel, context: &mut Context<'_>) {
        let (window, models) = (&self.window, &mut self.models);
        let kind = match screen {
            ScreenModel::Message(screen) => {
                models.show_message(window, screen, context);
                ui::ScreenKind::Message
            }
            ScreenModel::SignIn(screen) => {
                models.show_sign_in(window, screen, context);
                ui::ScreenKind::SignIn
            }
            ScreenModel::Join(screen) => {
                models.show_join(window, screen, context);
                ui::ScreenKind::Join
            }
            ScreenModel::Home(screen) => {
                models.show_home(window, screen, context);
                ui::ScreenKind::Home
            }
            ScreenModel::Catalog(screen) => {
                models.show_catalog(window, screen, context);
                ui::ScreenKind::Catalog
            }
            ScreenModel::Offer(screen) => {
                models.show_offer(window, screen, context);
                ui::ScreenKind::Offer
            }
            ScreenModel::Basket(screen) => {
                models.show_basket(window, screen, context);
                ui::ScreenKind::Basket
            }
            ScreenModel::Confirm(screen) => {
                models.show_confirm(window, screen, context);
                ui::ScreenKind::Confirm
            }
            ScreenModel::Processing(screen) => {
                models.show_processing(window, screen, context);
                ui::ScreenKind::Processing
            }
            ScreenModel::Outcome(screen) => {
                models.show_outcome(window, screen, context);
                ui::ScreenKind::Outcome
            }
            ScreenModel::Refusal(screen) => {
                models.show_refusal(window, screen, context);
                ui::ScreenKind::Refusal
            }
            ScreenModel::List(screen) => {
                models.show_list(window, screen, context);
                match screen.kind {
                    ListKind::Episodes => ui::ScreenKind::Episodes,
                    ListKind::MyOptions => ui::ScreenKind::MyOptions,
                    ListKind::History => ui::ScreenKind::History,
                    ListKind::Settings => ui::ScreenKind::Settings,
                }
            }
            ScreenModel::Status(screen) => {
                models.show_status(window, screen, context);
                ui::ScreenKind::Status
            }
            ScreenModel::Magnifier(screen) => {
                let state = window.global::<ui::MagnifierState>();
                state.set_title(context.text(&screen.title));
                state.set_value(context.text(&screen.value));
                state.set_line(context.text(&screen.line));
                ui::ScreenKind::Magnifier
            }
            ScreenModel::About(screen) => {
                models.show_about(window, screen, context);
                ui::ScreenKind::About
            }
            ScreenModel::Player(screen) => {
                models.show_player(window, screen, context);
                ui::ScreenKind::Player
            }
        };
        window.global::<ui::ChromeState>().set_screen(kind);
    }

    /// Moves the frame around the focus for a moment, so that a key that can do nothing is seen.
    fn push(&mut self, look: Look) {
        let (x, y) = match look.bump.direction {
            Direction::Up => (0, -1),
            Direction::Down => (0, 1),
            Direction::Left => (-1, 0),
            Direction::Right => (1, 0),
        };
        let state = self.window.global::<ui::LookState>();
        state.set_push_x(x);
        state.set_push_y(y);
        let window = self.window.as_weak();
        self.push.start(TimerMode::SingleShot, PUSH, move || {
            if let Some(window) = window.upgrade() {
                let state = window.global::<ui::LookState>();
                state.set_push_x(0);
                state.set_push_y(0);
            }
        });
    }
}
