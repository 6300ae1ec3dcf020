//! The tables of the database, their version, and the upgrades from earlier versions.

use rusqlite::Connection;

/// The version of the tables. A change of them raises it, and [`upgrade`] then leads there from the earlier ones.
pub(super) const VERSION: i64 = 4;

/// SQLite's `application_id`: "call" in ASCII.
const APPLICATION: i64 = 0x6361_6c6c;

/// What the file itself says of its tables: SQLite keeps the comments.
///
/// Ids are text, and actors have row ids. Measured with 100,000 actors, ids of 16 bytes were not faster, and in a
/// table without row ids states of 4 KB cost twice as much.
const ACTORS: &str = "
CREATE TABLE actors (
    id            TEXT    NOT NULL UNIQUE, -- as in logs and answers
    name          TEXT    NOT NULL,        -- of its kind: chatRoom
    key           TEXT    NOT NULL,        -- its parts joined by slashes: room/7
    created_at_ms INTEGER NOT NULL,        -- since 1970, UTC
    epoch         INTEGER NOT NULL,        -- how often it was claimed, its creation included
    revision      INTEGER NOT NULL,        -- of its last save
    state         BLOB    NOT NULL,        -- as the actor wrote it
    format        INTEGER NOT NULL,        -- how the state is to be read
    UNIQUE (name, key)
);
";

/// As it is since version 3.
const ALARMS: &str = "
CREATE TABLE alarms (
    actor     TEXT    NOT NULL, -- the id of an actor
    id        TEXT    NOT NULL,
    due_ms    INTEGER NOT NULL, -- since 1970, UTC
    kind      TEXT    NOT NULL, -- wall_clock: by the time of day; elapsed: by that, had it not been set since
    period_ms INTEGER,          -- how far ahead it was set
    name      TEXT,             -- as the actor calls it
    encoding  TEXT    NOT NULL, -- of the payload: cbor, or json before version 3
    payload   BLOB    NOT NULL, -- what the actor is to do then
    PRIMARY KEY (actor, id)
) WITHOUT ROWID;
CREATE INDEX alarms_by_due ON alarms (kind, due_ms);
";

/// For lists, page by page. New in version 4.
const ACTORS_BY_NAME: &str = "
CREATE INDEX actors_by_name ON actors (name, id);
";

/// New in version 2.
const MESSAGES: &str = "
CREATE TABLE messages (
    actor         TEXT    NOT NULL,           -- the id of an actor
    id            TEXT    NOT NULL,           -- later ones sort after earlier ones
    queue         TEXT    NOT NULL,           -- its name for clients
    body          BLOB    NOT NULL,           -- as the actor reads it
    sent_at_ms    INTEGER NOT NULL,           -- since 1970, UTC
    attempts      INTEGER NOT NULL DEFAULT 0, -- how often it was handed out and not handled
    not_before_ms INTEGER NOT NULL DEFAULT 0, -- not handed out before, since 1970, UTC
    dead          INTEGER NOT NULL DEFAULT 0, -- 1: not handed out any more
    PRIMARY KEY (actor, id)
);
";

/// What messages lack in versions 2 and 3. It reads none of them, however many wait.
const COMPLETE_MESSAGES: &str = "
ALTER TABLE messages ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN not_before_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN dead INTEGER NOT NULL DEFAULT 0;
";

/// Takes the alarms of versions 1 and 2 aside. They were JSON, and all followed the time of day.
const SET_ALARMS_ASIDE: &str = "
ALTER TABLE alarms RENAME TO earlier_alarms;
DROP INDEX alarms_by_due;
";

/// What repeats after so many milliseconds follows elapsed time from now on. Which of the others were set by a
/// delay is not known.
const BRING_ALARMS_BACK: &str = "
INSERT INTO alarms (actor, id, due_ms, kind, period_ms, encoding, payload)
    SELECT actor, id, due_ms, iif(period_ms IS NULL, 'wall_clock', 'elapsed'), period_ms, 'json', payload
    FROM (
        SELECT actor, id, due_ms, payload,
            CASE WHEN json_valid(CAST(payload AS TEXT))
                THEN CAST(json_extract(CAST(payload AS TEXT), '$.repeat.everyMs') AS INTEGER) END AS period_ms
        FROM earlier_alarms
    );
DROP TABLE earlier_alarms;
";

/// What a file turned out to be.
pub(super) enum Format {
    /// A database without anything in it.
    Empty,
    /// Ours, with tables of this version.
    Version(i64),
    /// Somebody else's.
    Foreign,
}

impl Format {
    /// Reads it, and changes nothing.
    pub(super) fn of(db: &Connection) -> rusqlite::Result<Self> {
        let number = |pragma| db.pragma_query_value(None, pragma, |row| row.get(0));
        let (application, version): (i64, i64) = (number("application_id")?, number("user_version")?);
        let objects: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok(match (application, version, objects) {
            (APPLICATION, 1.., _) => Self::Version(version),
            (0, 0, 0) => Self::Empty,
            _ => Self::Foreign,
        })
    }
}

/// Makes the tables: all of them or none.
pub(super) fn create(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(&format!(
        "BEGIN IMMEDIATE;
         {ACTORS}
         {ACTORS_BY_NAME}
         {ALARMS}
         {MESSAGES}
         PRAGMA application_id = {APPLICATION};
         PRAGMA user_version = {VERSION};
         COMMIT;"
    ))
}

/// Leads a file of an earlier version to this one: as a whole or not at all.
pub(super) fn upgrade(db: &Connection, from: i64) -> rusqlite::Result<()> {
    let messages = if from < 2 { MESSAGES } else { COMPLETE_MESSAGES };
    let alarms =
        if from < 3 { [SET_ALARMS_ASIDE, ALARMS, BRING_ALARMS_BACK].concat() } else { String::new() };
    db.execute_batch(&format!(
        "BEGIN IMMEDIATE;
         {messages}
         {alarms}
         {ACTORS_BY_NAME}
         PRAGMA user_version = {VERSION};
         COMMIT;"
    ))
}

/// Fails if tables are not as this version made them, which nobody but this store should change.
pub(super) fn verify(db: &Connection, version: i64) -> rusqlite::Result<()> {
    db.prepare("SELECT id, name, key, created_at_ms, epoch, revision, state, format FROM actors")?;
    db.prepare("SELECT actor, id, due_ms, payload FROM alarms")?;
    if version >= 3 {
        db.prepare("SELECT kind, period_ms, name, encoding FROM alarms")?;
    }
    if version >= 2 {
        db.prepare("SELECT actor, id, queue, body, sent_at_ms FROM messages")?;
    }
    if version >= 4 {
        db.prepare("SELECT attempts, not_before_ms, dead FROM messages")?;
        db.prepare("SELECT id FROM actors INDEXED BY actors_by_name WHERE name = ''")?;
    }
    Ok(())
}
