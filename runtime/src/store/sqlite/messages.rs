//! Messages: how they are read, a few at a time, and counted.

use rusqlite::{Connection, Row, params};

use super::column;
use crate::{
    ActorId,
    store::{MessageId, MessagePage, QueueLoad, StoredMessage},
};

/// How many messages are counted at a time, which takes as long as a few commits.
const COUNTED: i64 = 5_000;

pub(super) fn page(
    db: &Connection,
    actor: ActorId,
    queue: &str,
    from: Option<MessageId>,
    limit: u64,
) -> rusqlite::Result<MessagePage> {
    // No id is the empty text.
    let from = from.map(|from| from.to_string()).unwrap_or_default();
    let mut statement = db.prepare_cached(
        "SELECT id, queue, body, sent_at_ms, attempts, not_before_ms, dead FROM messages \
         WHERE actor = ?1 AND id >= ?2 AND queue = ?3 ORDER BY id",
    )?;
    MessagePage::fill(statement.query_map(params![actor.to_string(), from, queue], message)?, limit)
}

/// How much the next messages of an actor after this one are in each queue, and which is the last of them. `None`: there are
/// no more.
pub(super) fn loads(
    db: &Connection,
    actor: ActorId,
    after: Option<MessageId>,
) -> rusqlite::Result<(Vec<QueueLoad>, Option<MessageId>)> {
    // No id is the empty text.
    let (actor, after) = (actor.to_string(), after.map(|after| after.to_string()).unwrap_or_default());
    // The length is taken inside, where the body need not be read for it.
    let mut statement = db.prepare_cached(
        "SELECT queue, count(*), sum(size), max(id) FROM ( \
             SELECT id, queue, length(body) + ?4 AS size FROM messages \
             WHERE actor = ?1 AND id > ?2 ORDER BY id LIMIT ?3 \
         ) GROUP BY queue",
    )?;
    let rows = statement.query_map(params![actor, after, COUNTED, overhead()], |row| {
        let messages = usize::try_from(column::number(row, 1)?).unwrap_or(usize::MAX);
        let load = QueueLoad::new(row.get::<_, String>(0)?, messages, column::number(row, 2)?);
        Ok((load, column::parsed::<MessageId>(row, 3)?))
    })?;
    let (loads, last): (Vec<_>, Vec<_>) = rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().unzip();
    let is_full = i64::try_from(loads.iter().map(|load| load.messages).sum::<usize>()) == Ok(COUNTED);
    Ok((loads, last.into_iter().max().filter(|_| is_full)))
}

/// Adds what more there is in a queue.
pub(super) fn add(loads: &mut Vec<QueueLoad>, more: QueueLoad) {
    match loads.iter_mut().find(|load| load.queue == more.queue) {
        Some(load) => {
            load.messages += more.messages;
            load.bytes += more.bytes;
        }
        None => loads.push(more),
    }
}

pub(super) fn there(db: &Connection, actor: ActorId, ids: &[MessageId]) -> rusqlite::Result<Vec<MessageId>> {
    let actor = actor.to_string();
    let mut statement = db.prepare_cached("SELECT 1 FROM messages WHERE actor = ?1 AND id = ?2")?;
    let mut there = Vec::new();
    for id in ids {
        if statement.exists([&actor, &id.to_string()])? {
            there.push(*id);
        }
    }
    Ok(there)
}

/// The sizes of the next messages after this row, in the order of the rows, and which row is the last of them. `None`: there
/// are no more.
pub(super) fn bytes(db: &Connection, after: Option<i64>) -> rusqlite::Result<(Option<i64>, u64)> {
    db.prepare_cached(
        "SELECT max(row), coalesce(sum(size), 0) FROM ( \
             SELECT rowid AS row, length(body) + ?2 AS size FROM messages WHERE rowid > ?1 ORDER BY rowid LIMIT ?3 \
         )",
    )?
    .query_row(params![after.unwrap_or(i64::MIN), overhead(), COUNTED], |row| {
        Ok((row.get(0)?, column::number(row, 1)?))
    })
}

fn overhead() -> i64 {
    column::from_number(StoredMessage::OVERHEAD)
}

fn message(row: &Row<'_>) -> rusqlite::Result<StoredMessage> {
    let body = row.get::<_, Vec<u8>>(2)?.into();
    let message =
        StoredMessage::new(column::parsed(row, 0)?, row.get::<_, String>(1)?, body, column::number(row, 3)?);
    Ok(message.with_attempts(row.get(4)?).with_not_before(column::number(row, 5)?).with_dead(row.get(6)?))
}
