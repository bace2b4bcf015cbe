//! What the screen shows, as plain values: the whole contract between the state and the picture.
//!
//! A view-model holds no Slint type, decides nothing and is compared with the last one, so only
//! what changed is drawn. Lists come as windows: the elements near the visible part, each with its
//! index in the whole list.

use super::text::Text;
use crate::domain::{Contrast, TextSize};
pub use crate::input::Direction;

/// The whole screen.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewModel {
    /// Bar, notice and key hints around the screen.
    pub chrome: Chrome,
    /// The screen itself.
    pub screen: Screen,
    /// A dialog above it.
    pub dialog: Option<Dialog>,
    /// What moves and how colours are chosen.
    pub look: Look,
}

/// Preferences that change how everything is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether anything may move.
    pub has_motion: bool,
    /// How large the words are.
    pub text_size: TextSize,
    /// How far colours lie apart.
    pub contrast: Contrast,
    /// Whether the picture is dimmed because nobody pressed a key for long.
    pub is_dimmed: bool,
    /// Changes each time a key could do nothing: which way it pushed.
    pub bump: Bump,
}

/// A push against the end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bump {
    /// Counts the pushes; a new number is a new push.
    pub count: u32,
    /// Which way.
    pub direction: Direction,
}

/// What surrounds every screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Chrome {
    /// The programme's name.
    pub brand: Text,
    /// The main tabs; empty where they do not belong (sign-in, confirmation).
    pub tabs: Vec<Tab>,
    /// The balance, such as "12 340"; empty before it is known.
    pub balance: Text,
    /// The word beside it, such as "баллов".
    pub balance_unit: Text,
    /// The time of day, "18:42".
    pub clock: Text,
    /// A quiet strip: offline, data of yesterday, an order being processed.
    pub banner: Option<Banner>,
    /// A short message that goes away by itself.
    pub notice: Option<Notice>,
    /// What the keys do here, left to right.
    pub hints: Vec<KeyHint>,
}

/// One main tab.
#[derive(Debug, Clone, PartialEq)]
pub struct Tab {
    /// Its label.
    pub label: Text,
    /// A small number beside it, such as the options in the basket; empty for none.
    pub badge: Text,
    /// Whether its screen is shown.
    pub is_selected: bool,
    /// Whether it has the focus.
    pub is_focused: bool,
    /// Whether it stands beside the balance rather than among the tabs.
    pub is_apart: bool,
}

/// A strip that stays as long as what it tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Banner {
    /// What it tells.
    pub text: Text,
    /// How urgent.
    pub tone: Tone,
    /// Whether it shows that something is going on.
    pub is_busy: bool,
}

/// A message that goes away by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The message.
    pub text: Text,
    /// Good or bad.
    pub tone: Tone,
}

/// The feeling of a text or a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// Leads on.
    Accent,
    /// Went well.
    Good,
    /// Look here.
    Warning,
    /// Went wrong, or cannot be taken back.
    Bad,
    /// Steps back.
    Quiet,
}

/// What a key does here.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyHint {
    /// Which key.
    pub key: HintKey,
    /// What it does.
    pub label: Text,
}

/// Keys that hints name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintKey {
    /// OK.
    Ok,
    /// Back.
    Back,
    /// The red key.
    Red,
    /// The green key.
    Green,
    /// The yellow key.
    Yellow,
    /// The blue key.
    Blue,
    /// Info.
    Information,
    /// Digits.
    Digits,
    /// CH+ and CH-.
    Channel,
}

/// The screens.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    /// Loading, an error with its way out, or an empty place, filling the screen.
    Message(MessageScreen),
    /// Signing in with a phone.
    SignIn(SignInScreen),
    /// Joining the programme.
    Join(JoinScreen),
    /// The home screen.
    Home(HomeScreen),
    /// The catalogue, one category at a time; «Другие награды» too.
    Catalog(CatalogScreen),
    /// One offer.
    Offer(OfferScreen),
    /// The basket.
    Basket(BasketScreen),
    /// The last question before points are spent.
    Confirm(ConfirmScreen),
    /// An order on its way.
    Processing(ProcessingScreen),
    /// What an order brought.
    Outcome(OutcomeScreen),
    /// Why an order was refused.
    Refusal(RefusalScreen),
    /// A list.
    List(ListScreen),
    /// Status and how to earn.
    Status(StatusScreen),
    /// About this program.
    About(AboutScreen),
    /// The built-in player card.
    Player(PlayerScreen),
    /// What has the focus, alone and large.
    Magnifier(MagnifierScreen),
}

/// A button.
#[derive(Debug, Clone, PartialEq)]
pub struct Button {
    /// Its label.
    pub label: Text,
    /// Its feeling.
    pub tone: Tone,
    /// Whether OK does anything.
    pub is_enabled: bool,
    /// Whether it has the focus.
    pub is_focused: bool,
    /// Whether its work is under way.
    pub is_busy: bool,
}

/// A label with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What it is.
    pub label: Text,
    /// Its value.
    pub value: Text,
    /// The feeling of the value.
    pub tone: Tone,
}

/// A picture the server draws; sizes in pixels of the 1920x1080 layout.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageKey {
    /// The picture's id.
    pub id: String,
    /// Which form of it.
    pub variant: ImageVariant,
    /// Width in layout pixels.
    pub width: u32,
    /// Height in layout pixels.
    pub height: u32,
    /// What lies over and under it for good.
    pub finish: Finish,
}

/// What lies over and under a picture for good, so that it can be drawn into the picture once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finish {
    /// Round corners of this radius, in layout pixels, on the ground of the page.
    OnPage(u32),
    /// Round corners of this radius, in layout pixels, on something whose colour changes.
    OnPlate(u32),
    /// The picture behind home's upper part: fades into the page at its left and lower edges.
    Hero,
    /// The picture behind the page of one offer: the same fades, further down.
    Backdrop,
}

/// The forms of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageVariant {
    /// Upright, 2:3.
    Poster,
    /// Lying, 16:9.
    Tile,
    /// Large, 16:9, calm on the left.
    Backdrop,
}

/// A card of an offer.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Its place in the whole list, from 0.
    pub index: usize,
    /// The offer's title.
    pub title: Text,
    /// Its price or its time left.
    pub caption: Text,
    /// The feeling of the caption.
    pub caption_tone: Tone,
    /// Its picture.
    pub image: Option<ImageKey>,
    /// A small mark in the corner: «В корзине», «18+», «Подключено»; empty for none.
    pub badge: Text,
    /// The feeling of the mark.
    pub badge_tone: Tone,
    /// Whether it has the focus.
    pub is_focused: bool,
}

/// The shape of a row's cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardShape {
    /// Upright poster, 240x360.
    Poster,
    /// Lying tile, 400x225.
    Tile,
}

/// A row of cards on the home screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its place among all rows, from 0.
    pub index: usize,
    /// Its heading.
    pub title: Text,
    /// Where the focus stands, "3 из 42"; empty when the focus is elsewhere.
    pub position: Text,
    /// The shape of its cards.
    pub shape: CardShape,
    /// The cards near the visible part.
    pub cards: Vec<Card>,
    /// The index of the card at the left edge.
    pub first_visible: usize,
    /// How many cards the row has.
    pub total: usize,
    /// Its top, in layout pixels below the top of the first row.
    pub top: u32,
    /// Its height with heading and gap, in layout pixels.
    pub height: u32,
}

/// What the hero tells of the element that has had the focus for a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Hero {
    /// The title.
    pub title: Text,
    /// Year, director, length, age.
    pub meta: Text,
    /// A sentence or two.
    pub description: Text,
    /// The price, such as "720 баллов".
    pub price: Text,
    /// The catalogue price if it differs, struck through; else empty.
    pub base_price: Text,
    /// Its large picture, 1280x720.
    pub image: Option<ImageKey>,
}

/// A panel of the account on the home screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What it is about.
    pub label: Text,
    /// The large value.
    pub value: Text,
    /// The small line under it; may be empty.
    pub note: Text,
    /// The feeling of the note.
    pub tone: Tone,
    /// How far to the next step, in thousandths; `None` without a bar.
    pub progress: Option<u16>,
    /// Whether it has the focus.
    pub is_focused: bool,
}

/// The home screen.
#[derive(Debug, Clone, PartialEq)]
pub struct HomeScreen {
    /// Large description of what the focus rests on.
    pub hero: Hero,
    /// Balance, status, burning points, next exchange: always four, between hero and rows.
    pub panels: Vec<Panel>,
    /// Rows near the visible part.
    pub rows: Vec<Row>,
    /// How far the part below the hero (panels, then rows) is scrolled, in layout pixels.
    pub scroll: u32,
}

/// A choice in a strip above a list or a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Chip {
    /// Its label.
    pub label: Text,
    /// Whether it is the one shown.
    pub is_selected: bool,
    /// Whether it has the focus.
    pub is_focused: bool,
}

/// Something in the place of content: loading, empty, an error.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Which picture stands with it.
    pub sign: Sign,
    /// What is the matter.
    pub title: Text,
    /// What to do about it; may be empty.
    pub advice: Text,
    /// A small code for support; may be empty.
    pub code: Text,
}

/// The picture of a message; each kind of trouble looks different (NET-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Work is going on.
    Busy,
    /// Nothing here.
    Empty,
    /// No network.
    NoNetwork,
    /// The service is down.
    ServiceDown,
    /// Not signed in.
    SignedOut,
    /// Refused.
    Refused,
    /// The clock is wrong.
    Clock,
    /// Something is broken.
    Fault,
}

/// A message that fills the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageScreen {
    /// The message.
    pub message: Message,
    /// The ways out.
    pub buttons: Vec<Button>,
}

/// A QR code as modules, without its quiet zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Qr {
    /// Modules on a side.
    pub size: usize,
    /// Row by row; true is dark.
    pub modules: Vec<bool>,
}

/// Signing in.
#[derive(Debug, Clone, PartialEq)]
pub struct SignInScreen {
    /// The heading.
    pub title: Text,
    /// What to do, step by step: two or three short lines.
    pub steps: Vec<Text>,
    /// The address in a QR code; `None` while there is none.
    pub qr: Option<Qr>,
    /// The address to type.
    pub address: Text,
    /// How large the address stands there, so that it is whole.
    pub address_size: CodeSize,
    /// The code, "WDJB-MJHT".
    pub code: Text,
    /// The time left, or what went wrong.
    pub status: Text,
    /// The feeling of the status.
    pub status_tone: Tone,
    /// «Обновить код» and the like.
    pub buttons: Vec<Button>,
}

/// How large a code stands on the screen: the longer, the smaller, so that all of it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeSize {
    /// One line that is read from the sofa.
    #[default]
    Large,
    /// Two lines.
    Medium,
    /// More lines.
    Small,
}

/// Joining the programme.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinScreen {
    /// The heading.
    pub title: Text,
    /// What joining gives, such as "500".
    pub gift: Text,
    /// The words to the gift.
    pub gift_note: Text,
    /// The terms, paragraph by paragraph, from the first visible one.
    pub terms: Vec<Text>,
    /// Where one is in the terms, "1 из 6".
    pub terms_position: Text,
    /// Whether the terms have the focus: Up and Down turn them.
    pub is_terms_focused: bool,
    /// The consent.
    pub consent: ListRow,
    /// Join and later.
    pub buttons: Vec<Button>,
}

/// The catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogScreen {
    /// The heading.
    pub title: Text,
    /// The categories.
    pub chips: Vec<Chip>,
    /// Which letters stand on which digit, in the place of the categories while somebody types.
    pub letters: Text,
    /// Where the focus stands, "3 из 42".
    pub position: Text,
    /// The shape of the cards.
    pub shape: CardShape,
    /// Cards in a row.
    pub columns: usize,
    /// The cards near the visible part.
    pub cards: Vec<Card>,
    /// The index of the grid row at the top.
    pub first_row: usize,
    /// How many cards there are.
    pub total: usize,
    /// In the place of the cards.
    pub message: Option<Message>,
    /// What belongs to the message.
    pub buttons: Vec<Button>,
    /// A QR code to the personal account, with «Другие награды».
    pub qr: Option<Qr>,
    /// The words beside it.
    pub qr_note: Text,
}

/// One offer.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferScreen {
    /// Its title.
    pub title: Text,
    /// Year, director, length, age.
    pub meta: Text,
    /// What the member gets.
    pub description: Text,
    /// Its large picture, 1280x720.
    pub image: Option<ImageKey>,
    /// The price, such as "720 баллов", or words where there is none.
    pub price: Text,
    /// The catalogue price if it differs, struck through; else empty.
    pub base_price: Text,
    /// The discount, such as "−10 %"; else empty.
    pub discount: Text,
    /// Validity, what happens afterwards, what it needs, what it holds.
    pub facts: Vec<Fact>,
    /// Why it cannot be ordered now, or that it cannot be cancelled.
    pub warnings: Vec<Text>,
    /// The feeling of the warnings.
    pub warnings_tone: Tone,
    /// What can be done.
    pub buttons: Vec<Button>,
    /// The address of the personal account, where the box does not sell it.
    pub qr: Option<Qr>,
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRow {
    /// Its place in the whole list, from 0.
    pub index: usize,
    /// The main text.
    pub title: Text,
    /// The small text under it; may be empty.
    pub subtitle: Text,
    /// The feeling of the small text.
    pub subtitle_tone: Tone,
    /// The text at the right; may be empty.
    pub value: Text,
    /// The feeling of the text at the right.
    pub value_tone: Tone,
    /// What OK does, shown as a pill while focused; may be empty.
    pub action: Text,
    /// Its box, if it can be ticked.
    pub tick: Option<bool>,
    /// Its picture, a 128x72 tile.
    pub image: Option<ImageKey>,
    /// Whether it has the focus.
    pub is_focused: bool,
    /// Whether OK does anything.
    pub is_enabled: bool,
}

/// A window on a list.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The rows near the visible part.
    pub rows: Vec<ListRow>,
    /// The index of the row at the top.
    pub first_visible: usize,
    /// How many rows there are.
    pub total: usize,
}

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// The episodes of a serial.
    Episodes,
    /// «Мои опции».
    MyOptions,
    /// The ledger or the exchanges.
    History,
    /// Settings.
    Settings,
}

/// A screen that is a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListScreen {
    /// Which one.
    pub kind: ListKind,
    /// The heading.
    pub title: Text,
    /// A line under it; may be empty.
    pub lead: Text,
    /// A choice above the list; may be empty.
    pub chips: Vec<Chip>,
    /// Where the focus stands, "3 из 42".
    pub position: Text,
    /// The list.
    pub list: List,
    /// In the place of the list.
    pub message: Option<Message>,
    /// What belongs to the message.
    pub buttons: Vec<Button>,
}

/// The basket.
#[derive(Debug, Clone, PartialEq)]
pub struct BasketScreen {
    /// The heading.
    pub title: Text,
    /// What is in it.
    pub list: List,
    /// Total, discount, balance before and after.
    pub facts: Vec<Fact>,
    /// What stands against it; may be empty.
    pub warnings: Vec<Text>,
    /// «Обменять» and «Очистить».
    pub buttons: Vec<Button>,
    /// In the place of an empty basket.
    pub message: Option<Message>,
}

/// The last question.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmScreen {
    /// The question.
    pub title: Text,
    /// What it is about, where that is one thing: its name, whole; else empty.
    pub name: Text,
    /// Until when it works and what it costs afterwards; empty with several.
    pub period: Text,
    /// Its picture: a poster or a tile.
    pub image: Option<ImageKey>,
    /// Each of several: title, until when, price; empty with one.
    pub lines: Vec<ListRow>,
    /// Charged, balance before and after.
    pub facts: Vec<Fact>,
    /// What the order changes besides: the exchange of the month, roubles later, points that would have burned (PUR-9).
    pub notes: Vec<Text>,
    /// That it cannot be cancelled.
    pub warning: Text,
    /// «Отмена» first, then «Обменять».
    pub buttons: Vec<Button>,
}

/// An order on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessingScreen {
    /// What is going on.
    pub title: Text,
    /// More words when it takes long.
    pub lead: Text,
    /// A small code for support; may be empty.
    pub code: Text,
    /// «Скрыть».
    pub buttons: Vec<Button>,
}

/// What an order brought.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeScreen {
    /// The good news.
    pub title: Text,
    /// What changed, in words.
    pub lead: Text,
    /// Each option: title, until when, price.
    pub lines: Vec<ListRow>,
    /// Charged, balance now, next exchange.
    pub facts: Vec<Fact>,
    /// A promo code, shown large; else empty.
    pub promo_code: Text,
    /// How large it stands there, so that it is whole.
    pub promo_size: CodeSize,
    /// The promo code as a QR code.
    pub promo_qr: Option<Qr>,
    /// A large picture of the first option.
    pub image: Option<ImageKey>,
    /// «Смотреть сейчас» first.
    pub buttons: Vec<Button>,
}

/// One cause of a refusal.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// The cause in words.
    pub title: Text,
    /// What to do about it.
    pub advice: Text,
}

/// Why an order was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusalScreen {
    /// That nothing was charged.
    pub title: Text,
    /// The causes in sight.
    pub causes: Vec<Cause>,
    /// Which of them these are, where there are more.
    pub position: Text,
    /// The number for support, small.
    pub code: Text,
    /// The address at which it is put right on a phone.
    pub qr: Option<Qr>,
    /// The ways out.
    pub buttons: Vec<Button>,
}

/// Status and how to earn.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusScreen {
    /// The heading.
    pub title: Text,
    /// The pages of the tab.
    pub chips: Vec<Chip>,
    /// The steps of the ladder, lowest first.
    pub steps: Vec<StatusStep>,
    /// How far along the ladder, in thousandths.
    pub progress: u16,
    /// What is missing to the next status.
    pub lead: Text,
    /// The heading of the ways to earn.
    pub earn_title: Text,
    /// Ways to earn.
    pub list: List,
    /// In the place of the ways to earn.
    pub message: Option<Message>,
    /// What belongs to the message.
    pub buttons: Vec<Button>,
}

/// One status of the ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusStep {
    /// Its name.
    pub name: Text,
    /// From how many status points.
    pub threshold: Text,
    /// Its discount.
    pub discount: Text,
    /// Whether the member has reached it.
    pub is_reached: bool,
    /// Whether it is the member's status.
    pub is_current: bool,
}

/// About this program.
#[derive(Debug, Clone, PartialEq)]
pub struct AboutScreen {
    /// The heading.
    pub title: Text,
    /// A code to type in elsewhere; may be empty.
    pub code: Text,
    /// How large it can stand.
    pub code_size: CodeSize,
    /// What there is to know in a word each.
    pub facts: Vec<Fact>,
    /// What is to be read, paragraph by paragraph.
    pub paragraphs: Vec<Text>,
    /// A code for the phone.
    pub qr: Option<Qr>,
    /// Close.
    pub buttons: Vec<Button>,
}

/// The built-in player card.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayerScreen {
    /// The film.
    pub title: Text,
    /// Its address, shortened, without its token.
    pub link: Text,
    /// The running time, "00:01:23".
    pub elapsed: Text,
    /// What this card is.
    pub note: Text,
    /// Stop.
    pub buttons: Vec<Button>,
}

/// What has the focus, alone and large.
#[derive(Debug, Clone, PartialEq)]
pub struct MagnifierScreen {
    /// What it is.
    pub title: Text,
    /// Whether that is a code: it is spelled, and stands in no log.
    pub is_code: bool,
    /// Its price or its value; may be empty.
    pub value: Text,
    /// One more line; may be empty.
    pub line: Text,
}

/// A dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialog {
    /// The question.
    pub title: Text,
    /// More words; may be empty.
    pub body: Text,
    /// A pad for digits with how many are entered.
    pub pin: Option<PinPad>,
    /// The answers.
    pub buttons: Vec<Button>,
}

/// A pad for a PIN.
#[derive(Debug, Clone, PartialEq)]
pub struct PinPad {
    /// Digits wanted.
    pub length: usize,
    /// Digits entered.
    pub entered: usize,
    /// What was wrong; may be empty.
    pub error: Text,
    /// Twelve keys, three in a row: 1 to 9, erase, 0, OK.
    pub keys: Vec<Button>,
}
