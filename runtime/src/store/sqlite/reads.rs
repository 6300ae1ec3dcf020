//! The queries that only read.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column;
use crate::{
    ActorId,
    store::{ActorRecord, AlarmKind},
    wire::key::from_slash_form,
};

/// How many records a part of a page has: some milliseconds of reading.
pub(super) const PAGE: usize = 1000;

pub(super) fn find(db: &Connection, name: &str, key: &str) -> rusqlite::Result<Option<ActorRecord>> {
    db.prepare_cached("SELECT id, name, key, created_at_ms FROM actors WHERE name = ?1 AND key = ?2")?
        .query_row([name, key], record)
        .optional()
}

pub(super) fn find_by_id(db: &Connection, id: ActorId) -> rusqlite::Result<Option<ActorRecord>> {
    db.prepare_cached("SELECT id, name, key, created_at_ms FROM actors WHERE id = ?1")?
        .query_row([id.to_string()], record)
        .optional()
}

pub(super) fn list(
    db: &Connection,
    name: &str,
    after: Option<ActorId>,
    limit: usize,
) -> rusqlite::Result<Vec<ActorRecord>> {
    let (after, limit) = page(after, limit);
    // By their index, wherever the page begins.
    db.prepare_cached(
        "SELECT id, name, key, created_at_ms FROM actors INDEXED BY actors_by_name \
         WHERE name = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )?
    .query_map(params![name, after, limit], record)?
    .collect()
}

pub(super) fn due(
    db: &Connection,
    kind: AlarmKind,
    until_ms: u64,
    limit: usize,
) -> rusqlite::Result<Vec<ActorRecord>> {
    let mut statement = db.prepare_cached(
        "SELECT actors.id, actors.name, key, created_at_ms FROM alarms JOIN actors ON actors.id = alarms.actor \
         WHERE kind = ?1 AND due_ms <= ?2 ORDER BY due_ms, actor",
    )?;
    let mut rows = statement.query(params![kind.as_str(), column::from_number(until_ms)])?;
    let (mut due, mut seen) = (Vec::new(), HashSet::new());
    // Actors are told apart here and not by SQL, which would read all that is due to find the first few.
    while due.len() < limit
        && let Some(row) = rows.next()?
    {
        let record = record(row)?;
        if seen.insert(record.id) {
            due.push(record);
        }
    }
    Ok(due)
}

pub(super) fn next_alarm_after(
    db: &Connection,
    kind: AlarmKind,
    after_ms: u64,
) -> rusqlite::Result<Option<u64>> {
    db.prepare_cached("SELECT due_ms FROM alarms WHERE kind = ?1 AND due_ms > ?2 ORDER BY due_ms LIMIT 1")?
        .query_row(params![kind.as_str(), column::from_number(after_ms)], |row| column::number(row, 0))
        .optional()
}

pub(super) fn alarms_ahead(
    db: &Connection,
    kind: AlarmKind,
    now_ms: u64,
    after: Option<ActorId>,
    limit: usize,
) -> rusqlite::Result<Vec<ActorRecord>> {
    let (after, limit) = page(after, limit);
    // By the primary key, page after page: it is asked once, and so is worth no index.
    db.prepare_cached(
        "SELECT id, name, key, created_at_ms FROM actors WHERE id IN ( \
             SELECT DISTINCT actor FROM alarms \
             WHERE actor > ?1 AND kind = ?2 AND due_ms - period_ms > ?3 ORDER BY actor LIMIT ?4 \
         ) ORDER BY id",
    )?
    .query_map(params![after, kind.as_str(), column::from_number(now_ms), limit], record)?
    .collect()
}

pub(super) fn with_messages(
    db: &Connection,
    after: Option<ActorId>,
    limit: usize,
) -> rusqlite::Result<Vec<ActorRecord>> {
    let (after, limit) = page(after, limit);
    // From one actor of the index to the next, however many messages each has.
    db.prepare_cached(
        "WITH RECURSIVE waiting (actor) AS ( \
             SELECT min(actor) FROM messages WHERE actor > ?1 \
             UNION ALL \
             SELECT (SELECT min(actor) FROM messages WHERE actor > waiting.actor) FROM waiting \
             WHERE waiting.actor IS NOT NULL LIMIT ?2 \
         ) \
         SELECT id, name, key, created_at_ms FROM waiting JOIN actors ON actors.id = waiting.actor ORDER BY id",
    )?
    .query_map(params![after, limit], record)?
    .collect()
}

/// Where a page begins, and how many it has, for SQL.
fn page(after: Option<ActorId>, limit: usize) -> (String, i64) {
    // No id is the empty text.
    (after.map(|after| after.to_string()).unwrap_or_default(), i64::try_from(limit).unwrap_or(i64::MAX))
}

fn record(row: &Row<'_>) -> rusqlite::Result<ActorRecord> {
    let key = from_slash_form(row.get_ref(2)?.as_str()?);
    Ok(ActorRecord::new(column::parsed(row, 0)?, row.get::<_, String>(1)?, key, column::number(row, 3)?))
}
