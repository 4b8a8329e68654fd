-- The ledger. Amounts are whole millicredits; times are milliseconds since 1970, UTC.
--
-- The guard of every charge is the conditional update of `accounts`. The rest makes a wrong history impossible:
-- an account can only point at an entry with exactly its balances (the deferred foreign key), an entry can only
-- continue the one before it (`entries_continue`), and nothing of the history can be changed or taken away.
-- Foreign keys must be on, as they are on every connection of the server; a shell has them off until it is told
-- `PRAGMA foreign_keys = ON`. The same tables for PostgreSQL are in ../postgres; what is a trigger here and what a constraint differs.

CREATE TABLE accounts (
  account_id TEXT    NOT NULL,
  tier       TEXT    NOT NULL,
  terms_rev  INTEGER NOT NULL DEFAULT 0, -- grows with every change of the terms, so that a decision on old terms cannot commit
  posted     INTEGER NOT NULL DEFAULT 0 CHECK (posted <= 1000000000000),
  held       INTEGER NOT NULL DEFAULT 0,
  seq        INTEGER NOT NULL DEFAULT 0, -- of the last entry
  stored_day   INTEGER NOT NULL DEFAULT 0, -- the UTC day, counted from 1970, that `stored_bytes` belongs to
  stored_bytes INTEGER NOT NULL DEFAULT 0, -- what holds and charges added to the disk on that day
  PRIMARY KEY (account_id),
  CHECK (0 <= held AND held <= posted),
  FOREIGN KEY (account_id, seq, posted, held)
    REFERENCES entries (account_id, seq, posted_after, held_after) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
  account_id    TEXT    NOT NULL,
  seq           INTEGER NOT NULL CHECK (seq >= 0),
  kind          TEXT    NOT NULL,
  posted_before INTEGER NOT NULL,
  posted_after  INTEGER NOT NULL,
  held_before   INTEGER NOT NULL,
  held_after    INTEGER NOT NULL,
  hold_id       TEXT,
  note          TEXT,
  at            INTEGER NOT NULL,
  -- Account and number alone are unique too: `entries_continue` sees to it. All four, because an account's foreign key
  -- points at them.
  PRIMARY KEY (account_id, seq, posted_after, held_after),
  CHECK (0 <= held_before AND held_before <= posted_before),
  CHECK (0 <= held_after AND held_after <= posted_after),
  CHECK ((hold_id IS NOT NULL) = (kind NOT IN ('open', 'grant', 'tier'))),
  CHECK ((seq = 0) = (kind = 'open')),
  FOREIGN KEY (account_id, hold_id) REFERENCES holds (account_id, hold_id),
  CHECK (CASE kind
    WHEN 'open'      THEN seq = 0 AND posted_before = 0 AND posted_after = 0 AND held_before = 0 AND held_after = 0
    WHEN 'grant'     THEN posted_after > posted_before AND held_after = held_before
    WHEN 'tier'      THEN posted_after = posted_before AND held_after = held_before
    -- What a tier without a limit is given for a hold, and hands back when less was charged.
    WHEN 'allowance' THEN held_after = held_before
    WHEN 'hold'      THEN posted_after = posted_before AND held_after >= held_before
    WHEN 'capture'   THEN posted_after <= posted_before AND held_before - held_after >= posted_before - posted_after
    WHEN 'release'   THEN posted_after = posted_before AND held_after <= held_before
    WHEN 'expire'    THEN posted_after = posted_before AND held_after <= held_before
    WHEN 'charge'    THEN posted_after <= posted_before AND held_after = held_before -- held and captured in one step
    WHEN 'late-capture' THEN posted_after <= posted_before AND held_after = held_before -- after the hold expired
    ELSE FALSE END)
) STRICT, WITHOUT ROWID;

-- A plan and its estimate, stored once for each account however many holds are of it.
CREATE TABLE documents (
  account_id TEXT    NOT NULL REFERENCES accounts (account_id),
  hash       BLOB    NOT NULL CHECK (length(hash) = 32), -- SHA-256 of the text
  size       INTEGER NOT NULL, -- bytes of the text
  body       BLOB    NOT NULL, -- {"plan", "estimate"} as JSON; from 4,096 bytes on compressed with zstd
  PRIMARY KEY (account_id, hash)
) STRICT;

CREATE TABLE holds (
  account_id  TEXT    NOT NULL REFERENCES accounts (account_id),
  hold_id     TEXT    NOT NULL,
  amount      INTEGER NOT NULL CHECK (amount >= 0),
  unlimited   INTEGER NOT NULL CHECK (unlimited IN (0, 1)), -- whether an allowance covers it
  fingerprint TEXT    NOT NULL REFERENCES cards (fingerprint),
  document    BLOB    NOT NULL, -- what it is settled against; without a foreign key, which would lock its row for each charge
  free_units  TEXT, -- which it takes: [{item, pool, units}]
  asset       TEXT, -- what the work is for, in the client's words
  at          INTEGER NOT NULL,
  expires_at  INTEGER CHECK (expires_at > at), -- as it was placed; NULL for a charge, which is captured at once
  PRIMARY KEY (account_id, hold_id)
) STRICT;

-- The holds that wait for their outcome, and until when. The only rows of a hold that change or go.
CREATE TABLE open_holds (
  account_id TEXT    NOT NULL,
  hold_id    TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, hold_id),
  FOREIGN KEY (account_id, hold_id) REFERENCES holds (account_id, hold_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX open_holds_by_expiry ON open_holds (expires_at);
CREATE INDEX open_holds_of_account ON open_holds (account_id, expires_at);

-- One row for a hold, so that it cannot be resolved twice. An expired hold can have a second row: its late capture.
CREATE TABLE hold_outcomes (
  account_id TEXT    NOT NULL,
  hold_id    TEXT    NOT NULL,
  late       INTEGER NOT NULL CHECK (late IN (0, 1) AND (late = 0 OR kind = 'captured')),
  kind       TEXT    NOT NULL CHECK (kind IN ('captured', 'released', 'expired')),
  captured   INTEGER NOT NULL CHECK (captured >= 0 AND (captured = 0 OR kind = 'captured')),
  expires_at INTEGER, -- of a hold that was open until then, with its extensions
  at         INTEGER NOT NULL,
  PRIMARY KEY (account_id, hold_id, late),
  FOREIGN KEY (account_id, hold_id) REFERENCES holds (account_id, hold_id)
) STRICT, WITHOUT ROWID;

-- What was captured, line by line. Usage is summed here, in the order of time.
CREATE TABLE settled_lines (
  account_id TEXT    NOT NULL,
  at         INTEGER NOT NULL, -- of the capture
  hold_id    TEXT    NOT NULL,
  item       INTEGER NOT NULL,
  operation  TEXT    NOT NULL,
  choices    TEXT    NOT NULL, -- the item's options by choice, as JSON
  delivered  INTEGER NOT NULL CHECK (delivered >= 0),
  free       INTEGER NOT NULL CHECK (0 <= free AND free <= delivered),
  unit       INTEGER NOT NULL,
  charge     INTEGER NOT NULL CHECK (charge >= 0),
  capped     INTEGER NOT NULL CHECK (capped IN (0, 1)),
  estimated  INTEGER NOT NULL, -- the expected figure of the estimate
  PRIMARY KEY (account_id, at, hold_id, item) -- no foreign key: a charge of 500 lines would look its hold up 500 times
) STRICT, WITHOUT ROWID;

-- The stored answer of an idempotency key. A key belongs to an account and to a side: a payer cannot take the key of a
-- worker, and an administrator's key is one request whatever account that concerns.
CREATE TABLE ops (
  account_id   TEXT    NOT NULL REFERENCES accounts (account_id), -- who asked
  side         TEXT    NOT NULL CHECK (side IN ('payer', 'worker', 'administrator')),
  idem_key     TEXT    NOT NULL,
  request_hash BLOB    NOT NULL CHECK (length(request_hash) = 32),
  status       INTEGER NOT NULL,
  body         TEXT    NOT NULL,
  adds         TEXT CHECK (adds IN ('estimate', 'lines')), -- a member of the answer that the hold's rows hold
  hold_id      TEXT CHECK ((hold_id IS NULL) = (adds IS NULL)),
  at           INTEGER NOT NULL,
  PRIMARY KEY (account_id, side, idem_key)
) STRICT;

CREATE TABLE free_units (
  account_id TEXT    NOT NULL REFERENCES accounts (account_id),
  pool       TEXT    NOT NULL,
  month      TEXT    NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]'), -- UTC
  used       INTEGER NOT NULL CHECK (used >= 0),
  PRIMARY KEY (account_id, month, pool)
) STRICT, WITHOUT ROWID;

CREATE TABLE cards (
  fingerprint TEXT    NOT NULL PRIMARY KEY,
  body        TEXT    NOT NULL,
  active_from INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
  key_id     TEXT    NOT NULL,
  hash       BLOB    NOT NULL CHECK (length(hash) = 32),
  account_id TEXT    NOT NULL REFERENCES accounts (account_id),
  scopes     TEXT    NOT NULL,
  expires    INTEGER,
  PRIMARY KEY (key_id)
) STRICT, WITHOUT ROWID;

-- An entry continues the one before it, and the account has already moved at least that far. Together with the
-- foreign key of `accounts` this makes a balance that differs from the last entry impossible to commit.
CREATE TRIGGER entries_continue BEFORE INSERT ON entries BEGIN
  SELECT RAISE(ABORT, 'an entry is there already') WHERE EXISTS
    (SELECT 1 FROM entries WHERE account_id = NEW.account_id AND seq = NEW.seq);
  SELECT RAISE(ABORT, 'an entry without its account') WHERE NOT EXISTS
    (SELECT 1 FROM accounts WHERE account_id = NEW.account_id AND seq >= NEW.seq);
  SELECT RAISE(ABORT, 'an entry that does not continue the one before it') WHERE NEW.seq > 0 AND NOT EXISTS
    (SELECT 1 FROM entries WHERE account_id = NEW.account_id AND seq = NEW.seq - 1
       AND posted_after = NEW.posted_before AND held_after = NEW.held_before);
END;

CREATE TRIGGER accounts_move BEFORE UPDATE OF account_id, posted, held, seq ON accounts
  WHEN NEW.account_id <> OLD.account_id OR NEW.seq <= OLD.seq
BEGIN
  SELECT RAISE(ABORT, 'a balance moves only with a new entry');
END;

-- `INSERT OR REPLACE` removes the old row without any delete trigger, so a row that is there already is refused first.
CREATE TRIGGER accounts_once BEFORE INSERT ON accounts WHEN EXISTS
  (SELECT 1 FROM accounts WHERE account_id = NEW.account_id)
  BEGIN SELECT RAISE(ABORT, 'an account is there already'); END;
CREATE TRIGGER holds_once BEFORE INSERT ON holds WHEN EXISTS
  (SELECT 1 FROM holds WHERE (account_id = NEW.account_id AND hold_id = NEW.hold_id) OR rowid = NEW.rowid)
  BEGIN SELECT RAISE(ABORT, 'a hold is there already'); END;
CREATE TRIGGER documents_once BEFORE INSERT ON documents WHEN EXISTS
  (SELECT 1 FROM documents WHERE (account_id = NEW.account_id AND hash = NEW.hash) OR rowid = NEW.rowid)
  BEGIN SELECT RAISE(ABORT, 'a document is there already'); END;
CREATE TRIGGER hold_outcomes_once BEFORE INSERT ON hold_outcomes WHEN EXISTS
  (SELECT 1 FROM hold_outcomes WHERE account_id = NEW.account_id AND hold_id = NEW.hold_id AND late = NEW.late)
  BEGIN SELECT RAISE(ABORT, 'a hold is resolved already'); END;
CREATE TRIGGER hold_outcomes_late BEFORE INSERT ON hold_outcomes WHEN NEW.late = 1 AND NOT EXISTS
  (SELECT 1 FROM hold_outcomes WHERE account_id = NEW.account_id AND hold_id = NEW.hold_id AND kind = 'expired')
  BEGIN SELECT RAISE(ABORT, 'only a hold that expired is captured late'); END;
CREATE TRIGGER settled_lines_once BEFORE INSERT ON settled_lines WHEN EXISTS
  (SELECT 1 FROM settled_lines WHERE account_id = NEW.account_id AND at = NEW.at AND hold_id = NEW.hold_id AND item = NEW.item)
  BEGIN SELECT RAISE(ABORT, 'a line is settled already'); END;
CREATE TRIGGER open_holds_once BEFORE INSERT ON open_holds WHEN EXISTS
  (SELECT 1 FROM open_holds WHERE account_id = NEW.account_id AND hold_id = NEW.hold_id)
  BEGIN SELECT RAISE(ABORT, 'a hold is open already'); END;
CREATE TRIGGER hold_outcomes_within BEFORE INSERT ON hold_outcomes WHEN NEW.captured >
  (SELECT amount FROM holds WHERE account_id = NEW.account_id AND hold_id = NEW.hold_id)
  BEGIN SELECT RAISE(ABORT, 'more is captured than was held'); END;
CREATE TRIGGER ops_once BEFORE INSERT ON ops WHEN EXISTS
  (SELECT 1 FROM ops WHERE (account_id = NEW.account_id AND side = NEW.side AND idem_key = NEW.idem_key) OR rowid = NEW.rowid)
  BEGIN SELECT RAISE(ABORT, 'an idempotency key is used already'); END;
CREATE TRIGGER cards_once BEFORE INSERT ON cards WHEN EXISTS
  (SELECT 1 FROM cards WHERE (fingerprint = NEW.fingerprint AND body <> NEW.body) OR rowid = NEW.rowid)
  BEGIN SELECT RAISE(ABORT, 'a card is there already'); END;

CREATE TRIGGER accounts_stay BEFORE DELETE ON accounts BEGIN SELECT RAISE(ABORT, 'accounts cannot be deleted'); END;
CREATE TRIGGER entries_unchanged BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER holds_unchanged BEFORE UPDATE ON holds BEGIN SELECT RAISE(ABORT, 'holds are append-only'); END;
CREATE TRIGGER holds_stay BEFORE DELETE ON holds BEGIN SELECT RAISE(ABORT, 'holds are append-only'); END;
CREATE TRIGGER hold_outcomes_unchanged BEFORE UPDATE ON hold_outcomes BEGIN SELECT RAISE(ABORT, 'hold_outcomes are append-only'); END;
CREATE TRIGGER hold_outcomes_stay BEFORE DELETE ON hold_outcomes BEGIN SELECT RAISE(ABORT, 'hold_outcomes are append-only'); END;
CREATE TRIGGER documents_unchanged BEFORE UPDATE ON documents BEGIN SELECT RAISE(ABORT, 'documents are append-only'); END;
CREATE TRIGGER documents_stay BEFORE DELETE ON documents BEGIN SELECT RAISE(ABORT, 'documents are append-only'); END;
CREATE TRIGGER settled_lines_unchanged BEFORE UPDATE ON settled_lines BEGIN SELECT RAISE(ABORT, 'settled_lines are append-only'); END;
CREATE TRIGGER settled_lines_stay BEFORE DELETE ON settled_lines BEGIN SELECT RAISE(ABORT, 'settled_lines are append-only'); END;
-- An open hold goes when its outcome is there, and its expiry only moves later.
CREATE TRIGGER open_holds_extended BEFORE UPDATE ON open_holds
  WHEN NEW.account_id <> OLD.account_id OR NEW.hold_id <> OLD.hold_id OR NEW.expires_at < OLD.expires_at
  BEGIN SELECT RAISE(ABORT, 'a hold is only extended'); END;
CREATE TRIGGER open_holds_resolved BEFORE DELETE ON open_holds WHEN NOT EXISTS
  (SELECT 1 FROM hold_outcomes WHERE account_id = OLD.account_id AND hold_id = OLD.hold_id)
  BEGIN SELECT RAISE(ABORT, 'a hold is open until it has an outcome'); END;
CREATE TRIGGER ops_unchanged BEFORE UPDATE ON ops BEGIN SELECT RAISE(ABORT, 'ops are append-only'); END;
CREATE TRIGGER ops_stay BEFORE DELETE ON ops BEGIN SELECT RAISE(ABORT, 'ops are append-only'); END;
-- A card that comes into force again only moves its time.
CREATE TRIGGER cards_unchanged BEFORE UPDATE ON cards
  WHEN NEW.fingerprint <> OLD.fingerprint OR NEW.body <> OLD.body OR NEW.active_from < OLD.active_from
  BEGIN SELECT RAISE(ABORT, 'cards are append-only'); END;
CREATE TRIGGER cards_stay BEFORE DELETE ON cards BEGIN SELECT RAISE(ABORT, 'cards are append-only'); END;
