//! Checks that a value can be read again before it is acknowledged: a state, a message, an argument, an event.
//!
//! A type may write what it cannot read: a `u128` within a tagged enum, keys that are numbers in a flattened map,
//! a `Deserialize` that does not fit its `Serialize`. Found when the actor wakes, that is a lost state. Found
//! here, it is an error of the turn that made the value, and the actor goes on from the state before.
//!
//! # Shapes
//!
//! To read every state back would double the cost of every save. But whether a value can be read depends on little
//! of it: on which methods of a serializer are called at which place, its *shape*. For `Room { users: vec!["Ann",
//! "Bob"], owner: None }` that is
//!
//! ```text
//! place               kinds (a bit each)
//! Room                a struct that had the fields users and owner
//! Room.users          SEQ
//! Room.users[]        TEXT          one place for all elements
//! Room.owner          NONE
//! ```
//!
//! A value with other names has the same shape, and one with an owner has a new one (`Room.owner` is `SOME` and
//! `TEXT`). So a value is read back if it has a shape that no value of its type has had in this process, and in
//! the long run none has.
//!
//! # Phases
//!
//! 1. **Look**: the value is written through [`Noted`], a serializer that compares each call with the known
//!    [`Shapes`] and passes it on to the real one. It stores nothing, and costs a lookup of a few nanoseconds for
//!    each call. If nothing is new, the bytes are final.
//! 2. **Draft**: otherwise the value is written once more, and each call is noted in a copy of the known shapes
//!    ([`Draft`]), with a list of what was new.
//! 3. **Read back**: the bytes are read. An error names what was new, as that is the cause as a rule.
//! 4. **Compare**: some values come back as other values without an error, such as `Some(None)` as `None`, or an
//!    entry of a flattened map as the field of its name. If the draft has one of these, the value that came back
//!    is written too, and must have no less in its shape than the first.
//! 5. **Learn**: the draft becomes what is known of the type.
//!
//! Messages and arguments are small and stored for long, so each is read back (phases 2 to 4). This cannot find a
//! type that reads some numbers or texts and not others of the same kind.
//!
//! `note.rs` is the serializer of a value. It makes the writers of lists, maps and structs in `items.rs`, and gives
//! them what makes a serializer for each element.

mod items;
mod kind;
mod note;
mod notes;
mod position;
mod shapes;
#[cfg(test)]
mod tests;

use std::{
    any::{TypeId, type_name},
    collections::HashMap,
    fmt::Display,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use parking_lot::RwLock;
use serde::{Serialize, de::DeserializeOwned};

use self::{
    note::Noted,
    notes::{Draft, Notes},
    shapes::{Lost, Shapes},
};
use crate::{
    util::log,
    wire::{self, DecodeError, EncodeError, EventReader, Format, native},
};

/// How deep a state may nest, because its reader goes no deeper.
const MAX_DEPTH: u16 = 256;
/// How deep an event may nest, as every value that is sent.
const MAX_EVENT_DEPTH: u16 = wire::MAX_WRITE_DEPTH as u16;
/// No limit, for what is always read back: its reader refuses what is too deep.
const ANY_DEPTH: u16 = u16::MAX;

/// A state in its persisted form. `write` and `read` are the two directions of that form.
pub(crate) fn state<T: Serialize + 'static>(
    state: &T,
    write: impl Fn(&Noted<'_, T>) -> Result<Vec<u8>, EncodeError>,
    read: impl Fn(&[u8]) -> Result<T, DecodeError>,
) -> Result<Vec<u8>, EncodeError> {
    let known = Known::of::<T>(Way::State);
    let notes = Notes::look(&known, MAX_DEPTH);
    let bytes = write(&Noted::new(state, &notes))?;
    if !notes.has_news() {
        return Ok(bytes);
    }
    let (bytes, draft) = read_back(state, Shapes::clone(&known), MAX_DEPTH, write, |bytes| read(bytes))?;
    Known::learn::<T>(Way::State, draft.shapes);
    Ok(bytes)
}

/// An event as a listener's arguments. Numbers that are not finite are null in JSON, by design, so an event with
/// such a number is not read back in JSON.
pub(crate) fn event<T>(format: Format, event: &T) -> Result<Bytes, EncodeError>
where
    T: Serialize + DeserializeOwned + 'static,
{
    let way = Way::Event(format);
    let known = Known::of::<T>(way);
    let notes = Notes::look(&known, MAX_EVENT_DEPTH).seeing_floats();
    let bytes = wire::write_event_as::<T>(format, &Noted::new(event, &notes))?;
    if !notes.has_news() || (format == Format::Json && !notes.is_finite()) {
        return Ok(bytes);
    }
    let write = |noted: &Noted<'_, T>| wire::write_event_as::<T>(format, noted);
    let (bytes, draft) = draft(event, Shapes::clone(&known), MAX_EVENT_DEPTH, write)?;
    let back: T =
        EventReader::new(format, &bytes).read().map_err(|error| unreadable(&error, Some(&draft)))?;
    draft.check_reserved(event, &back)?;
    // A new key that comes back as a field is not learnt: the next entry of that name may have a value that the
    // field cannot have, so each is read back.
    if !draft.has_new_keys || lost(event, &back, MAX_EVENT_DEPTH, write)?.is_none() {
        Known::learn::<T>(way, draft.shapes);
    }
    Ok(bytes)
}

/// A message in a queue. Messages are small, so each is read back.
pub(crate) fn kept<T: Serialize + DeserializeOwned>(format: Format, value: &T) -> Result<Bytes, EncodeError> {
    let write = |noted: &Noted<'_, T>| wire::to_bytes(format, noted);
    let (bytes, _) =
        read_back(value, Shapes::new(), ANY_DEPTH, write, |bytes| wire::from_bytes(format, bytes))?;
    Ok(bytes)
}

/// An argument of a scheduled action, in the form of states. Arguments are small, so each is read back, and must
/// be equal to what was given.
pub(crate) fn argument<T: Serialize + DeserializeOwned>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let write = |noted: &Noted<'_, T>| native::to_bytes(noted);
    let (bytes, _) = read_back(value, Shapes::new(), MAX_DEPTH, write, |bytes| native::from_bytes(bytes))?;
    let back: T = native::from_bytes(&bytes).map_err(|error| unreadable(&error, None))?;
    if native::are_alike(&bytes, &native::to_bytes(&back)?)? {
        Ok(bytes)
    } else {
        Err(EncodeError::new("it would come back as another value"))
    }
}

/// Writes a value, reads it back, and compares where a value may come back as another one.
fn read_back<T: Serialize, B>(
    value: &T,
    known: Shapes,
    max_depth: u16,
    write: impl Fn(&Noted<'_, T>) -> Result<B, EncodeError>,
    read: impl FnOnce(&B) -> Result<T, DecodeError>,
) -> Result<(B, Draft), EncodeError> {
    let (bytes, draft) = draft(value, known, max_depth, &write)?;
    let back = read(&bytes).map_err(|error| unreadable(&error, Some(&draft)))?;
    draft.check_reserved(value, &back)?;
    if draft.may_get_lost() {
        lost(value, &back, max_depth, write)?.map_or(Ok(()), Err)?;
    }
    Ok((bytes, draft))
}

/// An error, if the value that came back has lost something that was in the first.
fn lost<T: Serialize, B>(
    value: &T,
    back: &T,
    max_depth: u16,
    write: impl Fn(&Noted<'_, T>) -> Result<B, EncodeError>,
) -> Result<Option<EncodeError>, EncodeError> {
    // Only of these two values: the known shapes are of other values too.
    let shapes = |value| Ok(draft(value, Shapes::new(), max_depth, &write)?.1.shapes);
    let before: Shapes = shapes(value)?;
    Ok(before.lost(&shapes(back)?).map(|lost| changed(&before, &lost)))
}

/// Writes a value, and notes everything in it beside what is known.
fn draft<T: Serialize, B>(
    value: &T,
    known: Shapes,
    max_depth: u16,
    write: impl Fn(&Noted<'_, T>) -> Result<B, EncodeError>,
) -> Result<(B, Draft), EncodeError> {
    let notes = Notes::draft(known, max_depth);
    let bytes = write(&Noted::new(value, &notes))?;
    let draft = notes.into_draft().ok_or_else(|| EncodeError::new("nothing was noted"))?;
    Ok((bytes, draft))
}

fn changed(shapes: &Shapes, lost: &Lost) -> EncodeError {
    EncodeError::new(match lost {
        Lost::Some(place) => format!(
            "{} is `Some` of what is written as nothing, and would come back as `None`; an enum tells them apart",
            shapes.describe(*place, 0)
        ),
        Lost::Key(place) => format!(
            "an entry of {} has the name of one of its fields, and would come back as the field",
            shapes.describe(*place, 0)
        ),
        Lost::Field(place) => format!("{} would not come back", shapes.describe_all(*place)),
    })
}

impl Draft {
    /// Fails for a value with a reserved key, unless it comes back as it was: see `is_reserved`.
    fn check_reserved<T: Serialize>(&self, value: &T, back: &T) -> Result<(), EncodeError> {
        let Some(key) = &self.reserved_key else { return Ok(()) };
        if native::are_alike(&native::to_bytes(value)?, &native::to_bytes(back)?)? {
            return Ok(());
        }
        Err(EncodeError::new(format!("it would come back as another value, for {}", reserved(key))))
    }
}

fn reserved(key: &str) -> String {
    format!("the key `{key}` of a map in it has a meaning of its own to what reads it")
}

fn unreadable(error: &dyn Display, draft: Option<&Draft>) -> EncodeError {
    if let Some(key) = draft.and_then(|draft| draft.reserved_key.as_deref()) {
        return EncodeError::new(format!("it could not be read back: {error}; {}", reserved(key)));
    }
    EncodeError::new(match draft.and_then(Draft::describe_news) {
        Some(news) => format!("it could not be read back: {error}; what is new in it: {news}"),
        None => format!("it could not be read back: {error}"),
    })
}

/// In which form a value is written: a type may be readable in one and not in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    State,
    Event(Format),
}

/// The shapes of values that were read back in this process, for each type and form.
struct Known;

type Table = HashMap<(TypeId, Way), Arc<Shapes>>;

static KNOWN: LazyLock<RwLock<Table>> = LazyLock::new(RwLock::default);

impl Known {
    fn of<T: 'static>(way: Way) -> Arc<Shapes> {
        let known = KNOWN.read().get(&(TypeId::of::<T>(), way)).cloned();
        known.unwrap_or_else(|| Arc::new(Shapes::new()))
    }

    /// Stores the shapes of a type. If another thread has stored some meanwhile, those are learnt again when they
    /// come again: that costs one more reading, and keeps the lock short.
    fn learn<T: 'static>(way: Way, mut shapes: Shapes) {
        shapes.forget_keys();
        let is_full = shapes.is_full();
        let before = KNOWN.write().insert((TypeId::of::<T>(), way), Arc::new(shapes));
        if is_full && !before.is_some_and(|before| before.is_full()) {
            log::warn!(
                r#type = type_name::<T>(),
                places = Shapes::MOST,
                "too many shapes of this type; values of further shapes are read back on every save"
            );
        }
    }
}
