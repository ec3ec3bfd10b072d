-- The embedded store. `users` and `orders` belong to whoever writes them: any program may open this file and change
-- them, in any way, and the triggers below record the change in the same transaction. All other tables are ours.

CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    email TEXT,
    name TEXT,
    last_order_date TEXT,
    order_count INTEGER,
    average_order_value REAL,
    preferred_categories TEXT,          -- JSON list of texts
    engagement_score REAL,
    created_at TEXT,
    updated_at TEXT,
    given_name TEXT,
    language TEXT,
    time_zone TEXT,
    country TEXT,
    first_order_date TEXT,
    email_permission TEXT,              -- JSON {state, at, source}
    do_not_email TEXT,
    engagement_score_computed REAL
);

CREATE TABLE orders (
    order_id TEXT PRIMARY KEY,
    user_id TEXT,
    ordered_at TEXT,
    value REAL,
    status TEXT DEFAULT 'placed'
);
CREATE INDEX orders_by_user ON orders (user_id, ordered_at);

CREATE TABLE contacts (
    user_id TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    mailbox_id TEXT,
    score REAL,
    score_is_given INTEGER NOT NULL,
    at_risk INTEGER NOT NULL,
    risk_date TEXT,
    line TEXT,
    last_order_at TEXT,
    orders TEXT,
    episode TEXT,
    backlog TEXT,
    held_until TEXT,
    held_why TEXT,
    held_by TEXT,
    due_at TEXT,
    due_for TEXT,
    swept_at TEXT,
    verdict TEXT CHECK (verdict IN ('MAIL', 'HOLD', 'HELD_OUT')),
    why TEXT,
    decided_at TEXT,
    confirmed_at TEXT,
    number INTEGER NOT NULL,
    open_email_id TEXT,
    last_mailing_at TEXT,
    attempts INTEGER NOT NULL,
    deleted_at TEXT,
    version INTEGER NOT NULL,
    -- '~' sorts after every date: those without one come last
    risk_rank TEXT GENERATED ALWAYS AS (coalesce(risk_date, '~')) VIRTUAL
) WITHOUT ROWID;
CREATE INDEX contacts_due ON contacts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX contacts_by_risk_date ON contacts (risk_rank, user_id);
CREATE INDEX contacts_at_risk ON contacts (at_risk, risk_rank, user_id);
CREATE INDEX contacts_by_line ON contacts (line) WHERE deleted_at IS NULL;

CREATE TABLE mailboxes (
    mailbox_id TEXT PRIMARY KEY,
    suppressed_at TEXT,
    suppressed_why TEXT,
    open_email_id TEXT,
    open_user_id TEXT,
    reserved_until TEXT,
    quiet_until TEXT,
    quiet_by TEXT,
    sends TEXT,
    soft_bounces INTEGER NOT NULL,
    arms TEXT,
    version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE days (
    day_id TEXT PRIMARY KEY,
    decided INTEGER NOT NULL,
    spent_usd REAL NOT NULL,
    version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE decisions (
    decision_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    mailbox_id TEXT,
    verdict TEXT NOT NULL CHECK (verdict IN ('MAIL', 'HOLD', 'HELD_OUT')),
    at TEXT NOT NULL,
    number INTEGER NOT NULL,
    score REAL,
    episode_since TEXT,
    campaign TEXT,
    arm TEXT,
    sender TEXT,
    why TEXT,
    version INTEGER NOT NULL
);
CREATE INDEX decisions_by_user ON decisions (user_id, at);

CREATE TABLE emails (
    email_id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    mailbox_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('GENERATED', 'PENDING_APPROVAL', 'APPROVED', 'SENDING', 'SENT', 'FAILED',
                                           'UNSURE', 'HELD', 'SUPPRESSED', 'REJECTED')),
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at TEXT NOT NULL,
    status_before TEXT,
    owner TEXT,
    lease_until TEXT,
    sender TEXT,
    sent_at TEXT,
    ended_at TEXT,
    ended_why TEXT,
    place TEXT,
    version INTEGER NOT NULL
);
CREATE INDEX emails_by_user ON emails (user_id, created_at);
CREATE INDEX emails_by_time ON emails (created_at, email_id);
CREATE INDEX emails_by_status ON emails (status, created_at, email_id);
CREATE INDEX emails_leased ON emails (lease_until) WHERE status = 'SENDING';

CREATE TABLE bodies (
    email_id TEXT PRIMARY KEY,
    html TEXT NOT NULL,
    draft TEXT NOT NULL,
    composer TEXT NOT NULL,
    brief TEXT,
    created_at TEXT NOT NULL,
    cost_usd REAL NOT NULL,
    verdicts TEXT,
    version INTEGER NOT NULL
);
CREATE INDEX bodies_by_time ON bodies (created_at);

CREATE TABLE outcomes (
    outcome_id TEXT PRIMARY KEY,
    decision_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    value REAL,
    version INTEGER NOT NULL
);
CREATE INDEX outcomes_by_user ON outcomes (user_id, at);

CREATE TABLE policies (policy_id TEXT PRIMARY KEY, record TEXT NOT NULL, version INTEGER NOT NULL);
CREATE TABLE switches (switch_id TEXT PRIMARY KEY, record TEXT NOT NULL, version INTEGER NOT NULL);

-- What the store must remember of its surroundings, such as the fingerprint of its mailbox.key.
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- What was written, waiting for the relay: everything after `relay.position`. Numbers are never used again.
CREATE TABLE changes (
    change_id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    noun TEXT NOT NULL,
    verb TEXT NOT NULL,
    key TEXT NOT NULL,
    user_id TEXT,                       -- NULL where the key is the user's
    detail TEXT
);
CREATE TABLE relay (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL);
INSERT INTO relay VALUES (1, 0);

CREATE TABLE messages (
    message_id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    user_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    at TEXT NOT NULL,
    visible_at TEXT NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dead')),
    reason TEXT,
    ended_at TEXT
);
CREATE INDEX messages_open ON messages (queue, visible_at, message_id) WHERE state = 'open';
CREATE INDEX messages_dead ON messages (queue, message_id) WHERE state = 'dead';
CREATE INDEX messages_done ON messages (ended_at) WHERE state = 'done';

-- An id that breaks the rule is recorded as "!" and hexadecimal, so that no odd bytes ever stop the relay.

-- Whoever writes a user: tell of it. `updated_at` alone is no change, nor is the score we show ourselves;
-- a given score that comes, changes or goes is one, and so is the loss of the score we showed.

CREATE TRIGGER users_added AFTER INSERT ON users
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'user', 'added',
        CASE WHEN typeof(new.user_id) = 'text' AND length(new.user_id) BETWEEN 1 AND 128
            AND length(new.user_id) = length(CAST(new.user_id AS BLOB)) AND new.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN new.user_id ELSE '!' || hex(coalesce(new.user_id, '')) END,
        NULL,
        NULL);
END;

CREATE TRIGGER users_changed AFTER UPDATE ON users
WHEN new.user_id IS old.user_id AND (
    new.email IS NOT old.email
    OR new.name IS NOT old.name
    OR new.last_order_date IS NOT old.last_order_date
    OR new.order_count IS NOT old.order_count
    OR new.average_order_value IS NOT old.average_order_value
    OR new.preferred_categories IS NOT old.preferred_categories
    OR new.created_at IS NOT old.created_at
    OR new.given_name IS NOT old.given_name
    OR new.language IS NOT old.language
    OR new.time_zone IS NOT old.time_zone
    OR new.country IS NOT old.country
    OR new.first_order_date IS NOT old.first_order_date
    OR new.email_permission IS NOT old.email_permission
    OR new.do_not_email IS NOT old.do_not_email
    OR CASE WHEN new.engagement_score IS NOT new.engagement_score_computed THEN new.engagement_score END
        IS NOT CASE WHEN old.engagement_score IS NOT old.engagement_score_computed THEN old.engagement_score END
    OR (new.engagement_score IS NULL AND old.engagement_score IS NOT NULL))
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'user', 'changed',
        CASE WHEN typeof(new.user_id) = 'text' AND length(new.user_id) BETWEEN 1 AND 128
            AND length(new.user_id) = length(CAST(new.user_id AS BLOB)) AND new.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN new.user_id ELSE '!' || hex(coalesce(new.user_id, '')) END,
        NULL,
        NULL);
END;

CREATE TRIGGER users_renamed AFTER UPDATE OF user_id ON users
WHEN new.user_id IS NOT old.user_id
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'user', 'removed',
        CASE WHEN typeof(old.user_id) = 'text' AND length(old.user_id) BETWEEN 1 AND 128
            AND length(old.user_id) = length(CAST(old.user_id AS BLOB)) AND old.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN old.user_id ELSE '!' || hex(coalesce(old.user_id, '')) END,
        NULL,
        NULL);
    INSERT INTO changes (at, noun, verb, key, user_id, detail) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'user', 'added',
        CASE WHEN typeof(new.user_id) = 'text' AND length(new.user_id) BETWEEN 1 AND 128
            AND length(new.user_id) = length(CAST(new.user_id AS BLOB)) AND new.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN new.user_id ELSE '!' || hex(coalesce(new.user_id, '')) END,
        NULL,
        NULL);
END;

CREATE TRIGGER users_removed AFTER DELETE ON users
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'user', 'removed',
        CASE WHEN typeof(old.user_id) = 'text' AND length(old.user_id) BETWEEN 1 AND 128
            AND length(old.user_id) = length(CAST(old.user_id AS BLOB)) AND old.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN old.user_id ELSE '!' || hex(coalesce(old.user_id, '')) END,
        NULL,
        NULL);
END;

CREATE TRIGGER orders_added AFTER INSERT ON orders
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'order', 'added',
        CASE WHEN typeof(new.order_id) = 'text' AND length(new.order_id) BETWEEN 1 AND 128
            AND length(new.order_id) = length(CAST(new.order_id AS BLOB)) AND new.order_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN new.order_id ELSE '!' || hex(coalesce(new.order_id, '')) END,
        CASE WHEN typeof(new.user_id) = 'text' AND length(new.user_id) BETWEEN 1 AND 128
            AND length(new.user_id) = length(CAST(new.user_id AS BLOB)) AND new.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN new.user_id ELSE '!' || hex(coalesce(new.user_id, '')) END,
        NULL);
END;

CREATE TRIGGER orders_changed AFTER UPDATE ON orders
WHEN new.order_id IS NOT old.order_id OR new.user_id IS NOT old.user_id OR new.ordered_at IS NOT old.ordered_at
    OR new.value IS NOT old.value OR new.status IS NOT old.status
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'order', 'changed',
        CASE WHEN typeof(new.order_id) = 'text' AND length(new.order_id) BETWEEN 1 AND 128
            AND length(new.order_id) = length(CAST(new.order_id AS BLOB)) AND new.order_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN new.order_id ELSE '!' || hex(coalesce(new.order_id, '')) END,
        CASE WHEN typeof(new.user_id) = 'text' AND length(new.user_id) BETWEEN 1 AND 128
            AND length(new.user_id) = length(CAST(new.user_id AS BLOB)) AND new.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN new.user_id ELSE '!' || hex(coalesce(new.user_id, '')) END,
        NULL);
END;

-- Silent where orders_replaced has just told the same, as before the update of an upsert.
CREATE TRIGGER orders_moved AFTER UPDATE OF user_id ON orders
WHEN new.user_id IS NOT old.user_id AND NOT EXISTS (
    SELECT 1 FROM changes
    WHERE change_id > (SELECT position FROM relay) AND change_id > (SELECT max(change_id) - 2 FROM changes)
        AND noun = 'order' AND verb = 'changed' AND key = new.order_id AND user_id = old.user_id)
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'order', 'changed',
        CASE WHEN typeof(new.order_id) = 'text' AND length(new.order_id) BETWEEN 1 AND 128
            AND length(new.order_id) = length(CAST(new.order_id AS BLOB)) AND new.order_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN new.order_id ELSE '!' || hex(coalesce(new.order_id, '')) END,
        CASE WHEN typeof(old.user_id) = 'text' AND length(old.user_id) BETWEEN 1 AND 128
            AND length(old.user_id) = length(CAST(old.user_id AS BLOB)) AND old.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN old.user_id ELSE '!' || hex(coalesce(old.user_id, '')) END,
        NULL);
END;

-- A REPLACE deletes the row before it without a word: whoever had the order must be told first.
CREATE TRIGGER orders_replaced BEFORE INSERT ON orders
WHEN EXISTS (SELECT 1 FROM orders WHERE order_id = new.order_id AND user_id IS NOT new.user_id)
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail)
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'order', 'changed',
        CASE WHEN typeof(old.order_id) = 'text' AND length(old.order_id) BETWEEN 1 AND 128
            AND length(old.order_id) = length(CAST(old.order_id AS BLOB)) AND old.order_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN old.order_id ELSE '!' || hex(coalesce(old.order_id, '')) END,
        CASE WHEN typeof(old.user_id) = 'text' AND length(old.user_id) BETWEEN 1 AND 128
            AND length(old.user_id) = length(CAST(old.user_id AS BLOB)) AND old.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN old.user_id ELSE '!' || hex(coalesce(old.user_id, '')) END,
        NULL
    FROM orders AS old WHERE old.order_id = new.order_id;
END;

CREATE TRIGGER orders_overwritten BEFORE UPDATE OF order_id ON orders
WHEN new.order_id IS NOT old.order_id
    AND EXISTS (SELECT 1 FROM orders WHERE order_id = new.order_id AND user_id IS NOT new.user_id)
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail)
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'order', 'changed',
        CASE WHEN typeof(lost.order_id) = 'text' AND length(lost.order_id) BETWEEN 1 AND 128
            AND length(lost.order_id) = length(CAST(lost.order_id AS BLOB)) AND lost.order_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN lost.order_id ELSE '!' || hex(coalesce(lost.order_id, '')) END,
        CASE WHEN typeof(lost.user_id) = 'text' AND length(lost.user_id) BETWEEN 1 AND 128
            AND length(lost.user_id) = length(CAST(lost.user_id AS BLOB)) AND lost.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN lost.user_id ELSE '!' || hex(coalesce(lost.user_id, '')) END,
        NULL
    FROM orders AS lost WHERE lost.order_id = new.order_id;
END;

CREATE TRIGGER orders_removed AFTER DELETE ON orders
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail) VALUES (
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'order', 'removed',
        CASE WHEN typeof(old.order_id) = 'text' AND length(old.order_id) BETWEEN 1 AND 128
            AND length(old.order_id) = length(CAST(old.order_id AS BLOB)) AND old.order_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN old.order_id ELSE '!' || hex(coalesce(old.order_id, '')) END,
        CASE WHEN typeof(old.user_id) = 'text' AND length(old.user_id) BETWEEN 1 AND 128
            AND length(old.user_id) = length(CAST(old.user_id AS BLOB)) AND old.user_id NOT GLOB '*[^A-Za-z0-9._:-]*'
            THEN old.user_id ELSE '!' || hex(coalesce(old.user_id, '')) END,
        NULL);
END;

CREATE TRIGGER contacts_swept AFTER UPDATE OF swept_at ON contacts
WHEN new.swept_at IS NOT old.swept_at AND new.due_at IS NULL
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail)
    VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'contact', 'changed', new.user_id, new.user_id, new.due_for);
END;

CREATE TRIGGER emails_added AFTER INSERT ON emails
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail)
    VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'email', 'added', new.email_id, new.user_id, new.status);
END;

-- An e-mail that goes back after a send that did not happen is silent: its contact is due again, and that is told.
CREATE TRIGGER emails_changed AFTER UPDATE OF status ON emails
WHEN new.status IS NOT old.status AND new.status IN ('GENERATED', 'APPROVED', 'SENT', 'FAILED')
    AND NOT (old.status = 'SENDING' AND new.status IN ('GENERATED', 'APPROVED'))
BEGIN
    INSERT INTO changes (at, noun, verb, key, user_id, detail)
    VALUES (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'email', 'changed', new.email_id, new.user_id, new.status);
END;

-- The same table as domain/email.py, for whoever changes an e-mail by hand.

CREATE TRIGGER emails_replaced BEFORE INSERT ON emails
WHEN EXISTS (SELECT 1 FROM emails WHERE email_id = new.email_id)
BEGIN
    SELECT RAISE(ABORT, 'an e-mail is changed, never replaced');
END;

CREATE TRIGGER emails_transition BEFORE UPDATE OF status ON emails
WHEN new.status IS NOT old.status AND NOT (
    old.status = 'GENERATED' AND new.status IN ('PENDING_APPROVAL', 'SENDING', 'HELD', 'SUPPRESSED', 'REJECTED')
    OR old.status = 'PENDING_APPROVAL' AND new.status IN ('APPROVED', 'HELD', 'SUPPRESSED', 'REJECTED')
    OR old.status = 'APPROVED' AND new.status IN ('SENDING', 'PENDING_APPROVAL', 'HELD', 'SUPPRESSED', 'REJECTED')
    OR old.status = 'SENDING' AND new.status IN ('SENT', 'FAILED', 'UNSURE', 'GENERATED', 'APPROVED')
    OR old.status = 'UNSURE' AND new.status IN ('SENT', 'FAILED'))
BEGIN
    SELECT RAISE(ABORT, 'an e-mail cannot go from this status to that one');
END;
