-- The ledger. Amounts are whole millicredits; times are milliseconds since 1970, UTC.
--
-- Every key begins with account_id, so that the tables can be spread by it; there is no sequence, advisory lock or
-- savepoint. The guard of every charge is the conditional update of `accounts`. The rest makes a wrong history
-- impossible: an account can only point at an entry with exactly its balances (the deferred foreign key), and the
-- triggers at the end see that entries continue each other and that nothing of the history is changed or taken away.
-- A trigger runs once a statement, so that a batch of charges pays for it once.

CREATE TABLE accounts (
  account_id text   NOT NULL,
  tier       text   NOT NULL,
  terms_rev  bigint NOT NULL DEFAULT 0, -- grows with every change of the terms, so that a decision on old terms cannot commit
  posted     bigint NOT NULL DEFAULT 0 CHECK (posted <= 1000000000000),
  held       bigint NOT NULL DEFAULT 0,
  seq        bigint NOT NULL DEFAULT 0, -- of the last entry
  stored_day   bigint NOT NULL DEFAULT 0, -- the UTC day, counted from 1970, that `stored_bytes` belongs to
  stored_bytes bigint NOT NULL DEFAULT 0, -- what holds and charges added to the disk on that day
  PRIMARY KEY (account_id),
  CHECK (0 <= held AND held <= posted)
) WITH (fillfactor = 70);

CREATE TABLE entries (
  account_id    text   NOT NULL,
  seq           bigint NOT NULL CHECK (seq >= 0),
  kind          text   NOT NULL,
  posted_before bigint NOT NULL,
  posted_after  bigint NOT NULL,
  held_before   bigint NOT NULL,
  held_after    bigint NOT NULL,
  hold_id       text,
  note          text,
  at            bigint NOT NULL,
  PRIMARY KEY (account_id, seq),
  UNIQUE (account_id, seq, posted_after, held_after), -- what an account's foreign key points at
  CHECK (0 <= held_before AND held_before <= posted_before),
  CHECK (0 <= held_after AND held_after <= posted_after),
  CHECK ((hold_id IS NOT NULL) = (kind NOT IN ('open', 'grant', 'tier'))),
  CHECK ((seq = 0) = (kind = 'open')),
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
);

ALTER TABLE accounts ADD CONSTRAINT accounts_stand_at_their_last_entry FOREIGN KEY (account_id, seq, posted, held)
  REFERENCES entries (account_id, seq, posted_after, held_after) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE cards (
  fingerprint text   NOT NULL PRIMARY KEY,
  body        text   NOT NULL,
  active_from bigint NOT NULL
);

-- A plan and its estimate, stored once for each account however many holds are of it.
CREATE TABLE documents (
  account_id text    NOT NULL REFERENCES accounts (account_id),
  hash       bytea   NOT NULL CHECK (octet_length(hash) = 32), -- SHA-256 of the text
  size       bigint  NOT NULL, -- bytes of the text
  body       bytea   NOT NULL, -- {"plan", "estimate"} as JSON; from 4,096 bytes on compressed with zstd
  PRIMARY KEY (account_id, hash)
);
ALTER TABLE documents ALTER COLUMN body SET STORAGE EXTERNAL; -- it is compressed already

CREATE TABLE holds (
  account_id  text    NOT NULL REFERENCES accounts (account_id),
  hold_id     text    NOT NULL,
  amount      bigint  NOT NULL CHECK (amount >= 0),
  unlimited   boolean NOT NULL, -- whether an allowance covers it
  fingerprint text    NOT NULL REFERENCES cards (fingerprint),
  document    bytea   NOT NULL, -- what it is settled against; without a foreign key, which would lock its row for each charge
  free_units  text, -- which it takes: [{item, pool, units}]
  asset       text, -- what the work is for, in the client's words
  at          bigint  NOT NULL,
  expires_at  bigint CHECK (expires_at > at), -- as it was placed; NULL for a charge, which is captured at once
  PRIMARY KEY (account_id, hold_id)
);

ALTER TABLE entries ADD CONSTRAINT entries_name_their_hold FOREIGN KEY (account_id, hold_id)
  REFERENCES holds (account_id, hold_id);

-- The holds that wait for their outcome, and until when. The only rows of a hold that change or go.
CREATE TABLE open_holds (
  account_id text   NOT NULL,
  hold_id    text   NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (account_id, hold_id),
  FOREIGN KEY (account_id, hold_id) REFERENCES holds (account_id, hold_id)
);

CREATE INDEX open_holds_by_expiry ON open_holds (expires_at);
CREATE INDEX open_holds_of_account ON open_holds (account_id, expires_at);

-- One row for a hold, so that it cannot be resolved twice. An expired hold can have a second row: its late capture.
CREATE TABLE hold_outcomes (
  account_id text    NOT NULL,
  hold_id    text    NOT NULL,
  late       boolean NOT NULL CHECK (NOT late OR kind = 'captured'),
  kind       text    NOT NULL CHECK (kind IN ('captured', 'released', 'expired')),
  captured   bigint  NOT NULL CHECK (captured >= 0 AND (captured = 0 OR kind = 'captured')),
  expires_at bigint, -- of a hold that was open until then, with its extensions
  at         bigint  NOT NULL,
  PRIMARY KEY (account_id, hold_id, late),
  FOREIGN KEY (account_id, hold_id) REFERENCES holds (account_id, hold_id)
);

-- What was captured, line by line. Usage is summed here, in the order of time.
CREATE TABLE settled_lines (
  account_id text    NOT NULL,
  at         bigint  NOT NULL, -- of the capture
  hold_id    text    NOT NULL,
  item       bigint  NOT NULL,
  operation  text    NOT NULL,
  choices    text    NOT NULL, -- the item's options by choice, as JSON
  delivered  bigint  NOT NULL CHECK (delivered >= 0),
  free       bigint  NOT NULL CHECK (0 <= free AND free <= delivered),
  unit       bigint  NOT NULL,
  charge     bigint  NOT NULL CHECK (charge >= 0),
  capped     boolean NOT NULL,
  estimated  bigint  NOT NULL, -- the expected figure of the estimate
  PRIMARY KEY (account_id, at, hold_id, item) -- no foreign key: a charge of 500 lines would look its hold up 500 times
);

-- The stored answer of an idempotency key. A key belongs to an account and to a side: a payer cannot take the key of a
-- worker, and an administrator's key is one request whatever account that concerns.
CREATE TABLE ops (
  account_id   text     NOT NULL REFERENCES accounts (account_id), -- who asked
  side         text     NOT NULL CHECK (side IN ('payer', 'worker', 'administrator')),
  idem_key     text     NOT NULL,
  request_hash bytea    NOT NULL CHECK (octet_length(request_hash) = 32),
  status       smallint NOT NULL,
  body         text     NOT NULL,
  adds         text CHECK (adds IN ('estimate', 'lines')), -- a member of the answer that the hold's rows hold
  hold_id      text CHECK ((hold_id IS NULL) = (adds IS NULL)),
  at           bigint   NOT NULL,
  PRIMARY KEY (account_id, side, idem_key)
);

CREATE TABLE free_units (
  account_id text   NOT NULL REFERENCES accounts (account_id),
  pool       text   NOT NULL,
  month      text   NOT NULL CHECK (month ~ '^[0-9]{4}-[01][0-9]$'), -- UTC
  used       bigint NOT NULL CHECK (used >= 0),
  PRIMARY KEY (account_id, month, pool)
);

CREATE TABLE api_keys (
  key_id     text  NOT NULL,
  hash       bytea NOT NULL CHECK (octet_length(hash) = 32),
  account_id text  NOT NULL REFERENCES accounts (account_id),
  scopes     text  NOT NULL,
  expires    bigint,
  PRIMARY KEY (key_id)
);

-- Guards. A database that is spread over machines and takes no triggers goes without this part.

-- Their functions look into this schema alone, so that nobody can put another table in the way.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE FUNCTION pricetag_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER accounts_stay BEFORE DELETE OR TRUNCATE ON accounts EXECUTE FUNCTION pricetag_refuse();
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entries EXECUTE FUNCTION pricetag_refuse();
CREATE TRIGGER holds_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON holds EXECUTE FUNCTION pricetag_refuse();
CREATE TRIGGER hold_outcomes_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON hold_outcomes EXECUTE FUNCTION pricetag_refuse();
CREATE TRIGGER documents_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON documents EXECUTE FUNCTION pricetag_refuse();
CREATE TRIGGER settled_lines_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON settled_lines EXECUTE FUNCTION pricetag_refuse();
CREATE TRIGGER open_holds_stay BEFORE TRUNCATE ON open_holds EXECUTE FUNCTION pricetag_refuse();
CREATE TRIGGER ops_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ops EXECUTE FUNCTION pricetag_refuse();
CREATE TRIGGER cards_stay BEFORE DELETE OR TRUNCATE ON cards EXECUTE FUNCTION pricetag_refuse();
-- A card that comes into force again only moves its time.
CREATE TRIGGER cards_unchanged BEFORE UPDATE ON cards FOR EACH ROW
  WHEN (NEW.fingerprint <> OLD.fingerprint OR NEW.body <> OLD.body OR NEW.active_from < OLD.active_from)
  EXECUTE FUNCTION pricetag_refuse();

-- An entry continues the one before it, and the account has already moved at least that far. Together with the foreign
-- key of `accounts` this makes a balance that differs from the last entry impossible to commit.
CREATE FUNCTION pricetag_entries_continue() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added LEFT JOIN accounts a USING (account_id) WHERE a.seq IS NULL OR a.seq < added.seq
  ) THEN
    RAISE EXCEPTION 'an entry that its account does not stand behind' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (
    SELECT FROM added LEFT JOIN entries b ON b.account_id = added.account_id AND b.seq = added.seq - 1
    WHERE added.seq > 0 AND (b.posted_after, b.held_after) IS DISTINCT FROM (added.posted_before, added.held_before)
  ) THEN
    RAISE EXCEPTION 'an entry that does not continue the one before it' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER entries_continue AFTER INSERT ON entries REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION pricetag_entries_continue();

CREATE FUNCTION pricetag_accounts_move() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM before FULL JOIN after USING (account_id)
    WHERE before.seq IS NULL OR after.seq IS NULL
      OR (after.seq <= before.seq AND (after.posted, after.held, after.seq) IS DISTINCT FROM (before.posted, before.held, before.seq))
  ) THEN
    RAISE EXCEPTION 'a balance moves only with a new entry' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER accounts_move AFTER UPDATE ON accounts REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION pricetag_accounts_move();

CREATE FUNCTION pricetag_outcomes_within() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM added JOIN holds h USING (account_id, hold_id) WHERE added.captured > h.amount) THEN
    RAISE EXCEPTION 'more is captured than was held' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT FROM added WHERE late AND NOT EXISTS
    (SELECT FROM hold_outcomes e WHERE e.account_id = added.account_id AND e.hold_id = added.hold_id AND e.kind = 'expired'))
  THEN
    RAISE EXCEPTION 'only a hold that expired is captured late' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER hold_outcomes_within AFTER INSERT ON hold_outcomes REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION pricetag_outcomes_within();

-- An open hold goes when its outcome is there, and its expiry only moves later.
CREATE FUNCTION pricetag_holds_resolved() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM removed WHERE NOT EXISTS
    (SELECT FROM hold_outcomes o WHERE o.account_id = removed.account_id AND o.hold_id = removed.hold_id))
  THEN
    RAISE EXCEPTION 'a hold is open until it has an outcome' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER open_holds_resolved AFTER DELETE ON open_holds REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION pricetag_holds_resolved();

CREATE TRIGGER open_holds_extended BEFORE UPDATE ON open_holds FOR EACH ROW
  WHEN (NEW.account_id <> OLD.account_id OR NEW.hold_id <> OLD.hold_id OR NEW.expires_at < OLD.expires_at)
  EXECUTE FUNCTION pricetag_refuse();
