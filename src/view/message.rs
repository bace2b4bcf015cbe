//! Every message of the program, by name; the words stand in `ui/api/texts.slint`.

/// Makes [`Msg`] and the list of all messages from one list of names.
macro_rules! messages {
    ($($(#[$section:meta])* $name:ident)*) => {
        /// Names a message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the English words stand in ui/api/texts.slint")]
        pub enum Msg { $($name,)* }

        impl Msg {
            /// Every message once.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name, as `ui/api/texts.slint` and the translations spell it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }

        /// Calls a macro with every name, for `bind` to map them to Slint's.
        macro_rules! with_messages {
            ($callback:ident) => { $callback! { $($name)* } };
        }
        pub(crate) use with_messages;
    };
}

messages! {
    // General.
    Brand
    GroupSeparator
    Roubles
    Points
    PointsUnit
    PointsRange
    Position
    On
    Off
    LoadingTitle
    OtherRewards
    ChipAffordable
    ChipSmall
    ThisOption
    NoPrice

    // Dates.
    DayMonth
    DayMonthYear
    DayAndTime
    January
    February
    March
    April
    May
    June
    July
    August
    September
    October
    November
    December
    Days
    HoursMinutes
    Minutes
    LeftShort
    Ended
    WorksUntil
    ThroughDay
    FromDay
    EndOfDay
    UntilWithLeft

    // Validity.
    ForHours
    ForMonths
    ForMonthsFromNext
    ForGood
    ValidityWithEnd
    AfterEnds
    AfterPaid
    ThenPaid
    PaidFrom
    PaidSince
    PaidAfter
    PaidFromShort
    PaidFromUnknown

    // Tabs.
    TabHome
    TabCatalog
    TabMyOptions
    TabPoints
    TabBasket
    TabSettings

    // Banners.
    BannerOrder
    BannerOrderPaused
    BannerOrderTrouble
    BannerOffline
    BannerOfflineCached
    BannerCached

    // Notices.
    NoticeSignedIn
    NoticeWelcome
    NoticeWaitsForPhone
    NoticeAdded
    NoticeRemoved
    NoticeBasketFull
    NoticeNotForBasket
    NoticeRenewalOn
    NoticeRenewalOff
    NoticeRenewalFailed
    NoticeNothingToSwitch
    NoticeNoOtherRewards
    NoticeNothingSpelled
    NoticeConsentFirst
    NoticeJoinFailed
    NoticeJoined
    NoticeLinkBack
    NoticeRetryLater
    NoticePlayerMissing
    NoticePlayerAddress
    NoticePlayerBroke
    NoticeRentalEnded
    NoticeRentFirst
    NoticeFilmNotReady
    NoticeVoiceOn
    NoticeVoiceOff
    NoticePinStored
    NoticePinRemoved
    NoticePinFailed
    NoticePinUnchecked
    NoticePinLocked
    NoticeOrderNotStored
    NoticeOrderHidden
    BlockedOffline
    BlockedOrder
    BlockedNotEnrolled
    BlockedNotReady
    BlockedNoMemory

    // Key hints.
    HintChoose
    HintOpen
    HintBack
    HintClose
    HintDigits
    HintTick
    HintUntick
    HintBasket
    HintPage
    HintSearch
    HintErase
    HintHide
    HintStop
    HintExit
    KeyRed
    KeyGreen
    KeyYellow
    KeyBlue

    // Home.
    HeroWelcome
    HeroWelcomeName
    HeroLead
    HeroEmptyCatalog
    PanelBalance
    PanelStatus
    PanelBurning
    PanelBurningAt
    PanelNextDays
    PanelExchange
    PanelJoin
    PanelJoinValue
    PanelJoinNote
    BalanceNote
    HeldNote
    PendingNote
    StatusValue
    StatusNote
    StatusTopNote
    NothingBurnsSoon
    NothingBurnsNote
    NextBurn
    ExchangeNow
    ExchangeOncePerMonth
    ExchangeUsed
    ExchangeBlocked
    DebtOf
    RowRunning
    BadgeWatch
    BadgeActive
    BadgeCanWatch
    BadgeInBasket

    // Catalogue.
    EmptyCatalogTitle
    EmptyCatalogAdvice
    OtherRewardsNote
    OtherRewardsNoAddress

    // Offer.
    MetaLength
    MetaLengthAlone
    TitleAndMeta
    EpisodesCount
    EpisodeOf
    EpisodeUntitled
    EpisodeWatched
    Episodes
    FactNextEpisode
    Searched
    KeypadLetters
    FactActive
    FactWatchable
    FactValidity
    FactStartNow
    EndsAt
    FactAfter
    FactNeeds
    FactIncludes
    OrderElsewhere
    OnceAMonth
    CannotBeCancelled
    ButtonWatch
    ButtonWatchNow
    ButtonWatchEpisode
    ButtonExchange
    ButtonExchangeFor
    ButtonAdd
    ButtonAddWithCompany
    ButtonAddTogether
    ButtonRemove
    ButtonOpenBasket
    ButtonExplain
    ButtonJoin
    ButtonBack
    ButtonRetry
    ButtonLater
    ButtonClear
    ButtonCancel
    ButtonHide
    ButtonHome
    ButtonUnderstood
    ButtonNewCode
    ButtonCheck
    ButtonCheckAgain
    ButtonStay
    ButtonLeave
    ButtonStop

    // Basket and confirmation.
    ActionRemove
    EmptyBasketTitle
    EmptyBasketAdvice
    FactBase
    FactDiscount
    FactCharged
    FactBalanceBefore
    FactBalanceAfter
    LinesInSight
    LinesMore
    ConfirmFilm
    ConfirmPackage
    ConfirmService
    ConfirmReward
    ConfirmMany
    OnlyExchange
    SavedFromBurning
    ConfirmWarning
    ProcessingTitle
    ProcessingLead
    ProcessingSlow
    ProcessingTrouble
    OutcomeTitle
    OutcomePastTitle
    OutcomeFilm
    OutcomeFilmUntil
    OutcomePromo
    OutcomeOption
    FactChargedDone
    FactBalanceNow
    FactNextExchange
    OutcomeOrderedAt

    // Refusal.
    RefusalTitle
    RefusalQuestionTitle
    UnlearnedTitle
    StillProcessedTitle
    CauseMissing
    CauseMissingAdvice
    CauseDebt
    CauseDebtOf
    CauseDebtAdvice
    CauseOrdered
    CauseOrderedUntil
    CauseOrderedAdvice
    CauseMonth
    CauseMonthUntil
    CauseMonthAdvice
    CauseRequires
    CauseRequiresAdvice
    CausePrice
    CausePriceAdvice
    CauseGone
    CauseGoneAdvice
    CauseService
    CauseServiceTv
    CauseServiceTvAdvice
    CauseServiceAdvice
    CauseNotEnrolled
    CauseNotEnrolledAdvice
    CauseChannel
    CauseChannelAdvice
    CauseConflict
    CauseConflictAdvice
    CauseOther
    CauseUnknown
    CauseUnknownAdvice
    CauseUnknownCall
    CauseNotCarriedOut
    CauseNotCarriedOutAdvice
    CauseUnlearned
    CauseUnlearnedAdvice
    CauseStillProcessed
    CauseStillProcessedAdvice
    CausesInSight
    SupportCode
    SupportCodeAndId

    // My options.
    RenewalOnFrom
    RenewalOffFrom
    RenewalPrice
    RenewalPriceUnknown
    Untitled
    ActionRenewalOff
    ActionRenewalOn
    Switching
    PromoCodeIs
    EmptyOptionsTitle
    EmptyOptionsAdvice

    // History.
    ChipStatus
    ChipHistory
    ChipOrders
    EntryExpires
    EntryBalance
    ReasonJoining
    ReasonEmailBill
    ReasonProfile
    ReasonSurvey
    ReasonBirthday
    ReasonPayment
    ReasonTopUp
    ReasonExchange
    ReasonExpiry
    ReasonAdjustment
    ReasonOther
    OrderProcessing
    OrderRefused
    OrderState
    EmptyLedgerTitle
    EmptyLedgerAdvice
    EmptyOrdersTitle
    EmptyOrdersAdvice
    EmptyBurningTitle
    EmptyBurningAdvice
    BurnLot

    // Status.
    StatusLead
    StatusLeadUntil
    StatusTopLead
    EarnTitle
    EarnDone
    EmptyEarnTitle
    FromJoining
    FromPoints
    DiscountOf

    // Sign-in.
    SignInTitle
    SignInStepScan
    SignInStepCode
    SignInStepConfirm
    SignInStarting
    SignInMinutes
    SignInSeconds
    SignInTrouble
    SignInExpired
    SignInDenied
    SignInOrderWaits
    PhoneCheckTitle
    PhoneCheckStep
    PhoneCheckOtherMember
    PhoneCheckFailedTitle
    PhoneCheckFailedAdvice

    // Joining.
    JoinTitle
    JoinTitleFor
    JoinGift
    JoinConsent

    // Settings.
    SettingLanguage
    SettingTextSize
    SettingTextSizeNote
    TextSizeNormal
    TextSizeLarge
    TextSizeLargest
    SettingContrast
    SettingContrastNote
    ContrastNormal
    ContrastHigh
    SettingMotion
    SettingMotionNote
    SettingVoice
    SettingVoiceNote
    SettingPin
    SettingPinNote
    SettingPinUse
    SettingPinChange
    SettingPinChangeNote
    SettingAdults
    SettingAdultsNote
    AdultsShown
    AdultsHidden
    SettingOtherNote
    SettingElsewhereNote
    SettingSignOut
    SettingSignOutNote
    PinIsSet
    PinIsNotSet
    PinUseAdult
    PinUseAll
    ActionChange
    ActionSignOut

    // About.
    ActionShowCode
    CodeNote
    ElsewhereTitle
    ElsewhereAccountNote
    ElsewhereApplicationNote
    FactAccount
    FactApplication
    FactPhone
    FactUssd
    AboutTitle
    FactVersion
    FactDevice
    FactServer
    FactRegion
    AboutProgram
    AboutLicence
    AboutSlint
    AboutFonts

    // Voice.
    SpokenKeyBack
    SpokenKeyRed
    SpokenKeyGreen
    SpokenKeyYellow
    SpokenKeyBlue
    SpokenKeyInfo
    SpokenKeyDigits
    SpokenKeyChannel
    SpokenPair
    SpokenFact
    SpokenKey
    SpokenPin
    SpokenTicked
    SpokenUnticked
    SpokenUnavailable
    SpokenTab
    SpokenButton
    SpokenShown
    SpokenInsteadOf
    SpokenCode
    SpokenErase

    // Player.
    PlayerBuiltIn
    PlayerExternal
    PlayerPreparing

    // Dialogs.
    ExitTitle
    ExitOrderBody
    OrderDamagedTitle
    OrderDamagedBody
    SignOutTitle
    SignOutBody
    SignOutOrderBody
    RenewalQuestionTitle
    RenewalQuestionBody
    PinCreateTitle
    PinCreateBody
    PinCreateAdultBody
    PinRepeatTitle
    PinRepeatBody
    PinOrderTitle
    PinOrderBody
    PinRenewalBody
    PinRemoveTitle
    PinRemoveBody
    PinRelaxBody
    PinShowAdultsBody
    PinChangeBody
    PinWrong
    PinDiffered
    PinChecking

    // Failures.
    NetworkAdvice
    NoAddressTitle
    NoAddressAdvice
    NoConnectionTitle
    TimeoutTitle
    TimeoutAdvice
    InterruptedTitle
    TlsTitle
    TlsAdvice
    WrongServerTitle
    WrongServerAdvice
    ClockTitle
    ClockAdvice
    PortalTitle
    PortalAdvice
    MalformedTitle
    TooLargeTitle
    ServiceAdvice
    RateLimitedTitle
    RateLimitedAdvice
    UnavailableTitle
    ServerTitle
    InProgressTitle
    WaitAdvice
    NotFoundTitle
    UnauthorizedTitle
    UnauthorizedAdvice
    RefusedTitle
}
