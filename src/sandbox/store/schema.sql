-- Times are milliseconds since 1970 in UTC.  An account is one life of a member: loading a scenario again opens a new
-- account and leaves the old ledger as it was.
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    member_id TEXT NOT NULL,
    scenario TEXT NOT NULL,
    is_current INTEGER NOT NULL CHECK (is_current IN (0, 1)),
    display_name TEXT NOT NULL,
    region TEXT NOT NULL,
    services TEXT NOT NULL,
    catalogue TEXT NOT NULL,
    debt_roubles INTEGER NOT NULL CHECK (debt_roubles >= 0),
    joined_at INTEGER,
    settled_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_current ON accounts (member_id) WHERE is_current = 1;

CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    idempotency_key TEXT,
    state TEXT NOT NULL CHECK (state IN ('processing', 'confirmed', 'refused')),
    created_at INTEGER NOT NULL,
    confirms_at INTEGER,
    basket TEXT NOT NULL CHECK (basket IN ('films', 'mixed')),
    total INTEGER NOT NULL CHECK (total >= 0),
    balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
    next_exchange_at INTEGER,
    refusal TEXT
) STRICT;
CREATE INDEX exchanges_of_account ON exchanges (account_id, id);

CREATE TABLE entitlements (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    exchange_id INTEGER NOT NULL REFERENCES exchanges (id),
    offer_id TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    image TEXT,
    starts_at INTEGER NOT NULL,
    until INTEGER,
    ended_at INTEGER,
    quota_gb INTEGER,
    renewal_roubles INTEGER,
    renewal_on INTEGER NOT NULL CHECK (renewal_on IN (0, 1)),
    promo_code TEXT
) STRICT;
CREATE INDEX entitlements_of_account ON entitlements (account_id, id);

CREATE TABLE exchange_lines (
    exchange_id INTEGER NOT NULL REFERENCES exchanges (id),
    position INTEGER NOT NULL,
    offer_id TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    image TEXT,
    price INTEGER NOT NULL CHECK (price >= 0),
    starts_at INTEGER NOT NULL,
    until INTEGER,
    quota_gb INTEGER,
    renewal_roubles INTEGER,
    promo_code TEXT,
    entitlement_id INTEGER REFERENCES entitlements (id),
    PRIMARY KEY (exchange_id, position)
) STRICT;

CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    at INTEGER NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('accrual', 'exchange', 'expiry', 'adjustment')),
    reason TEXT NOT NULL,
    title TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0 OR type = 'exchange'),
    balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
    expires_at INTEGER,
    exchange_id INTEGER REFERENCES exchanges (id)
) STRICT;
CREATE INDEX entries_of_account ON entries (account_id, id);

-- Each entry moves points between the member and one account of the programme; its postings sum to nothing.
CREATE TABLE postings (
    entry_id INTEGER NOT NULL REFERENCES entries (id),
    side TEXT NOT NULL CHECK (side IN ('member', 'issued', 'redeemed', 'expired', 'adjusted')),
    amount INTEGER NOT NULL,
    PRIMARY KEY (entry_id, side)
) STRICT;

CREATE TABLE lots (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    entry_id INTEGER NOT NULL REFERENCES entries (id),
    points INTEGER NOT NULL CHECK (points > 0),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX lots_of_account ON lots (account_id);

CREATE TABLE draws (
    lot_id INTEGER NOT NULL REFERENCES lots (id),
    entry_id INTEGER NOT NULL REFERENCES entries (id),
    points INTEGER NOT NULL CHECK (points > 0),
    PRIMARY KEY (lot_id, entry_id)
) STRICT;

CREATE TABLE accruals (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    earning TEXT NOT NULL,
    points INTEGER NOT NULL CHECK (points > 0),
    posts_at INTEGER NOT NULL,
    entry_id INTEGER REFERENCES entries (id)
) STRICT;
CREATE INDEX accruals_of_account ON accruals (account_id);

CREATE TABLE answers (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    payload_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT;

CREATE TABLE device_grants (
    code_hash TEXT PRIMARY KEY,
    user_code TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('pending', 'allowed', 'denied', 'used')),
    member_id TEXT,
    expires_at INTEGER NOT NULL,
    interval_seconds INTEGER NOT NULL,
    polled_at INTEGER NOT NULL
) STRICT;

CREATE TABLE token_families (
    id INTEGER PRIMARY KEY,
    member_id TEXT NOT NULL,
    is_revoked INTEGER NOT NULL CHECK (is_revoked IN (0, 1))
) STRICT;

CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    family_id INTEGER NOT NULL REFERENCES token_families (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('access', 'refresh')),
    expires_at INTEGER,
    is_used INTEGER NOT NULL CHECK (is_used IN (0, 1))
) STRICT;

CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER postings_stay BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER postings_remain BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER lots_stay BEFORE UPDATE ON lots BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER lots_remain BEFORE DELETE ON lots BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER draws_stay BEFORE UPDATE ON draws BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER draws_remain BEFORE DELETE ON draws BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
