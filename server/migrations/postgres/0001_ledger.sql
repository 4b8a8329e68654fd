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
    ELSE FALSE END)
);

ALTER TABLE accounts ADD CONSTRAINT accounts_stand_at_their_last_entry FOREIGN KEY (account_id, seq, posted, held)
  REFERENCES entries (account_id, seq, posted_after, held_after) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE cards (
  fingerprint text   NOT NULL PRIMARY KEY,
  body        text   NOT NULL,
  active_from bigint NOT NULL
);

CREATE TABLE holds (
  account_id  text    NOT NULL REFERENCES accounts (account_id),
  hold_id     text    NOT NULL,
  amount      bigint  NOT NULL CHECK (amount >= 0),
  unlimited   boolean NOT NULL, -- whether an allowance covers it
  fingerprint text    NOT NULL REFERENCES cards (fingerprint),
  plan        text    NOT NULL, -- with every field written out
  estimate    text    NOT NULL, -- what it will be settled against
  free_units  text, -- which it takes: [{item, pool, units}]
  asset       text, -- what the work is for, in the client's words
  at          bigint  NOT NULL,
  expires_at  bigint CHECK (expires_at > at), -- NULL for a charge, which is captured at once
  PRIMARY KEY (account_id, hold_id)
);

ALTER TABLE entries ADD CONSTRAINT entries_name_their_hold FOREIGN KEY (account_id, hold_id)
  REFERENCES holds (account_id, hold_id);

CREATE INDEX holds_by_expiry ON holds (expires_at) WHERE expires_at IS NOT NULL;

-- One row at most for a hold, so that it cannot be resolved twice.
CREATE TABLE hold_outcomes (
  account_id text   NOT NULL,
  hold_id    text   NOT NULL,
  kind       text   NOT NULL CHECK (kind IN ('captured', 'released', 'expired')),
  captured   bigint NOT NULL CHECK (captured >= 0 AND (captured = 0 OR kind = 'captured')),
  settlement text, -- the settled lines of a capture
  at         bigint NOT NULL,
  PRIMARY KEY (account_id, hold_id),
  FOREIGN KEY (account_id, hold_id) REFERENCES holds (account_id, hold_id),
  CHECK ((settlement IS NOT NULL) = (kind = 'captured'))
);

-- The stored answer of an idempotency key.
CREATE TABLE ops (
  account_id   text     NOT NULL REFERENCES accounts (account_id),
  idem_key     text     NOT NULL,
  request_hash bytea    NOT NULL CHECK (octet_length(request_hash) = 32),
  status       smallint NOT NULL,
  body         text     NOT NULL,
  at           bigint   NOT NULL,
  PRIMARY KEY (account_id, idem_key)
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
  RETURN NULL;
END $$;

CREATE TRIGGER hold_outcomes_within AFTER INSERT ON hold_outcomes REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION pricetag_outcomes_within();
