//! The statements that write, each a part of a transaction. An error of one undoes the whole transaction.

use rusqlite::{Connection, Row, params};

use super::{column, reads};
use crate::{
    ActorId,
    store::{ActorRecord, Alarm, AlarmChange, Claim, Commit, CommitOutcome, MessageChange, StoredMessage},
};

/// The format of the states that are written now.
const FORMAT: i64 = 1;

/// Raises the epoch of the actor, and reads all that is kept of it. The new epoch is as durable as a save: what
/// an earlier activation left in doubt is decided by now.
pub(super) fn claim(db: &Connection, name: &str, key: &str) -> rusqlite::Result<Option<Claim>> {
    let Some(record) = reads::find(db, name, key)? else { return Ok(None) };
    let id = record.id.to_string();
    db.prepare_cached("UPDATE actors SET epoch = epoch + 1 WHERE id = ?1")?.execute([&id])?;
    let (epoch, revision, state): (_, _, Vec<u8>) = db
        .prepare_cached("SELECT epoch, revision, state FROM actors WHERE id = ?1")?
        .query_row([&id], |row| Ok((column::number(row, 0)?, column::number(row, 1)?, row.get(2)?)))?;
    let alarms = db
        .prepare_cached(
            "SELECT id, due_ms, payload, kind, period_ms, name, encoding FROM alarms \
             WHERE actor = ?1 ORDER BY due_ms, id",
        )?
        .query_map([&id], alarm)?
        .collect::<Result<_, _>>()?;
    Ok(Some(Claim::new(record, epoch, revision, state.into(), alarms)))
}

/// Applies one actor's commit, or refuses it and changes nothing.
pub(super) fn apply(db: &Connection, commit: &Commit) -> rusqlite::Result<CommitOutcome> {
    let (id, alarms, messages) = match commit {
        Commit::Create { record, state, alarms, messages } => {
            if !create(db, record, state)? {
                return Ok(CommitOutcome::Taken);
            }
            (record.id.to_string(), alarms, messages)
        }
        Commit::Save { id, epoch, revision, state, alarms, messages } => {
            let id = id.to_string();
            if !save(db, &id, *epoch, *revision, state.as_deref())? {
                return Ok(CommitOutcome::Fenced);
            }
            (id, alarms, messages)
        }
        Commit::Enqueue { id, epoch, message } => return enqueue(db, *id, *epoch, message),
        Commit::Destroy { id, epoch } => return destroy(db, *id, *epoch),
    };
    alarms.iter().try_for_each(|change| change_alarm(db, &id, change))?;
    messages.iter().try_for_each(|change| change_message(db, &id, change))?;
    Ok(CommitOutcome::Done)
}

fn create(db: &Connection, record: &ActorRecord, state: &[u8]) -> rusqlite::Result<bool> {
    let created = db
        .prepare_cached(
            "INSERT INTO actors (id, name, key, created_at_ms, epoch, revision, state, format) \
             VALUES (?1, ?2, ?3, ?4, 1, 1, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            record.id.to_string(),
            record.name,
            record.key.to_string(),
            column::from_number(record.created_at_ms),
            state,
            FORMAT,
        ])?;
    Ok(created == 1)
}

fn save(
    db: &Connection,
    id: &str,
    epoch: u64,
    revision: u64,
    state: Option<&[u8]>,
) -> rusqlite::Result<bool> {
    let (epoch, revision) = (column::from_number(epoch), column::from_number(revision));
    let saved = match state {
        Some(state) => db
            .prepare_cached(
                "UPDATE actors SET revision = ?3, state = ?4, format = ?5 \
                 WHERE id = ?1 AND epoch = ?2 AND revision < ?3",
            )?
            .execute(params![id, epoch, revision, state, FORMAT])?,
        None => db
            .prepare_cached("UPDATE actors SET revision = ?3 WHERE id = ?1 AND epoch = ?2 AND revision < ?3")?
            .execute(params![id, epoch, revision])?,
    };
    Ok(saved == 1)
}

fn destroy(db: &Connection, id: ActorId, epoch: u64) -> rusqlite::Result<CommitOutcome> {
    let id = id.to_string();
    let gone = db
        .prepare_cached("DELETE FROM actors WHERE id = ?1 AND epoch = ?2")?
        .execute(params![id, column::from_number(epoch)])?;
    if gone == 0 {
        return Ok(CommitOutcome::Fenced);
    }
    db.prepare_cached("DELETE FROM alarms WHERE actor = ?1")?.execute([&id])?;
    db.prepare_cached("DELETE FROM messages WHERE actor = ?1")?.execute([&id])?;
    Ok(CommitOutcome::Done)
}

fn enqueue(
    db: &Connection,
    id: ActorId,
    epoch: u64,
    message: &StoredMessage,
) -> rusqlite::Result<CommitOutcome> {
    let id = id.to_string();
    let is_current = db
        .prepare_cached("SELECT 1 FROM actors WHERE id = ?1 AND epoch = ?2")?
        .exists(params![id, column::from_number(epoch)])?;
    if !is_current {
        return Ok(CommitOutcome::Fenced);
    }
    add_message(db, &id, message)?;
    Ok(CommitOutcome::Done)
}

fn change_message(db: &Connection, actor: &str, change: &MessageChange) -> rusqlite::Result<()> {
    match change {
        MessageChange::Add(message) => add_message(db, actor, message),
        MessageChange::Remove(id) => db
            .prepare_cached("DELETE FROM messages WHERE actor = ?1 AND id = ?2")?
            .execute([actor, &id.to_string()])
            .map(drop),
    }
}

fn add_message(db: &Connection, actor: &str, message: &StoredMessage) -> rusqlite::Result<()> {
    let StoredMessage { id, queue, body, sent_at_ms, attempts, not_before_ms, dead } = message;
    db.prepare_cached(
        "INSERT OR REPLACE INTO messages \
             (actor, id, queue, body, sent_at_ms, attempts, not_before_ms, dead) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        actor,
        id.to_string(),
        queue,
        &body[..],
        column::from_number(*sent_at_ms),
        attempts,
        column::from_number(*not_before_ms),
        dead,
    ])
    .map(drop)
}

fn change_alarm(db: &Connection, actor: &str, change: &AlarmChange) -> rusqlite::Result<()> {
    match change {
        AlarmChange::Set(alarm) => db
            .prepare_cached(
                "INSERT OR REPLACE INTO alarms (actor, id, due_ms, kind, period_ms, name, encoding, payload) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                actor,
                alarm.id.to_string(),
                column::from_number(alarm.due_ms),
                alarm.kind.as_str(),
                alarm.period_ms.map(column::from_number),
                alarm.name,
                alarm.encoding.as_str(),
                &alarm.payload[..]
            ])?,
        AlarmChange::Clear(id) => db
            .prepare_cached("DELETE FROM alarms WHERE actor = ?1 AND id = ?2")?
            .execute([actor, &id.to_string()])?,
    };
    Ok(())
}

fn alarm(row: &Row<'_>) -> rusqlite::Result<Alarm> {
    let period_ms = row.get::<_, Option<i64>>(4)?.map(|period_ms| u64::try_from(period_ms).unwrap_or(0));
    let alarm =
        Alarm::new(column::parsed(row, 0)?, column::number(row, 1)?, row.get::<_, Vec<u8>>(2)?.into());
    Ok(alarm
        .with_kind(column::parsed(row, 3)?)
        .with_period(period_ms)
        .with_name(row.get(5)?)
        .with_encoding(column::parsed(row, 6)?))
}
