//! Reading back: what is acknowledged can be read again, or is an error where it is given.
//!
//! A type may write what it cannot read: a `u128` within a tagged enum, keys that are numbers in a flattened map, a
//! `Deserialize` that does not fit its `Serialize`. Whether it can depends on the value, but hardly on more of it than which
//! methods of a serializer are called at which place: its shape. So values are noted while they are written ([`Notes`]), and
//! one is read back when it has a shape ([`Shapes`]) that no value of its type has had in this process.
//!
//! What that cannot see is a type that reads some numbers or texts and not others of the same kind.

mod items;
mod kind;
mod note;
mod notes;
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
    notes::{Draft, Noted, Notes},
    shapes::{Lost, Shapes},
};
use crate::{
    util::log,
    wire::{self, DecodeError, EncodeError, EventReader, Format, native},
};

/// How deep a state may be nested: its reader goes no deeper.
const MOST_DEPTH: u16 = 256;
/// The same of an event, as of all values that travel.
const MOST_DEPTH_OF_EVENTS: u16 = wire::MAX_WRITE_DEPTH as u16;
/// What is always read back is refused by its reader.
const ANY_DEPTH: u16 = u16::MAX;

/// A state in its persisted form, by these ways to write and to read it.
pub(crate) fn state<T: Serialize + 'static>(
    state: &T,
    write: impl Fn(&Noted<'_, T>) -> Result<Vec<u8>, EncodeError>,
    read: impl Fn(&[u8]) -> Result<T, DecodeError>,
) -> Result<Vec<u8>, EncodeError> {
    let known = Known::of::<T>(Way::State);
    let notes = Notes::look(&known, MOST_DEPTH);
    let bytes = write(&Noted::new(state, &notes))?;
    if !notes.has_news() {
        return Ok(bytes);
    }
    let (bytes, draft) = read_back(state, Shapes::clone(&known), MOST_DEPTH, write, |bytes| read(bytes))?;
    Known::learn::<T>(Way::State, draft.shapes);
    Ok(bytes)
}

/// An event as a listener's arguments. Numbers that are not finite are null in JSON, by design: with one of them an event is
/// not read back there.
pub(crate) fn event<T>(format: Format, event: &T) -> Result<Bytes, EncodeError>
where
    T: Serialize + DeserializeOwned + 'static,
{
    let way = Way::Event(format);
    let known = Known::of::<T>(way);
    let notes = Notes::look(&known, MOST_DEPTH_OF_EVENTS).seeing_floats();
    let bytes = wire::write_event_as::<T>(format, &Noted::new(event, &notes))?;
    if !notes.has_news() || (format == Format::Json && !notes.is_finite()) {
        return Ok(bytes);
    }
    let write = |noted: &Noted<'_, T>| wire::write_event_as::<T>(format, noted);
    let (bytes, draft) = draft(event, Shapes::clone(&known), MOST_DEPTH_OF_EVENTS, write)?;
    let back: T =
        EventReader::new(format, &bytes).read().map_err(|error| unreadable(&error, Some(&draft)))?;
    draft.check_reserved(event, &back)?;
    // What listeners get as a field is always read back: the next of that name may be none that they can read.
    if !draft.has_new_keys || lost(event, &back, MOST_DEPTH_OF_EVENTS, write)?.is_none() {
        Known::learn::<T>(way, draft.shapes);
    }
    Ok(bytes)
}

/// A value as it is kept until later: a message in a queue. These are small, so each is read back.
pub(crate) fn kept<T: Serialize + DeserializeOwned>(format: Format, value: &T) -> Result<Bytes, EncodeError> {
    let write = |noted: &Noted<'_, T>| wire::to_bytes(format, noted);
    let (bytes, _) =
        read_back(value, Shapes::new(), ANY_DEPTH, write, |bytes| wire::from_bytes(format, bytes))?;
    Ok(bytes)
}

/// An argument of a scheduled action, as states are written. These are small, so each is read back, and is to come back as
/// it was.
pub(crate) fn argument<T: Serialize + DeserializeOwned>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let write = |noted: &Noted<'_, T>| native::to_bytes(noted);
    let (bytes, _) = read_back(value, Shapes::new(), MOST_DEPTH, write, |bytes| native::from_bytes(bytes))?;
    let back: T = native::from_bytes(&bytes).map_err(|error| unreadable(&error, None))?;
    if native::are_alike(&bytes, &native::to_bytes(&back)?)? {
        Ok(bytes)
    } else {
        Err(EncodeError::new("it would come back as another value"))
    }
}

/// Writes a value, and reads it back.
fn read_back<T: Serialize, B>(
    value: &T,
    known: Shapes,
    most_depth: u16,
    write: impl Fn(&Noted<'_, T>) -> Result<B, EncodeError>,
    read: impl FnOnce(&B) -> Result<T, DecodeError>,
) -> Result<(B, Draft), EncodeError> {
    let (bytes, draft) = draft(value, known, most_depth, &write)?;
    let back = read(&bytes).map_err(|error| unreadable(&error, Some(&draft)))?;
    draft.check_reserved(value, &back)?;
    if draft.may_get_lost() {
        lost(value, &back, most_depth, write)?.map_or(Ok(()), Err)?;
    }
    Ok((bytes, draft))
}

/// What of a value is lost where it comes back like this, as an error.
fn lost<T: Serialize, B>(
    value: &T,
    back: &T,
    most_depth: u16,
    write: impl Fn(&Noted<'_, T>) -> Result<B, EncodeError>,
) -> Result<Option<EncodeError>, EncodeError> {
    // What is known is of other values too.
    let shapes = |value| Ok(draft(value, Shapes::new(), most_depth, &write)?.1.shapes);
    let before: Shapes = shapes(value)?;
    Ok(before.lost(&shapes(back)?).map(|lost| changed(&before, &lost)))
}

/// Writes a value, with notes of all that is in it beside what is known.
fn draft<T: Serialize, B>(
    value: &T,
    known: Shapes,
    most_depth: u16,
    write: impl Fn(&Noted<'_, T>) -> Result<B, EncodeError>,
) -> Result<(B, Draft), EncodeError> {
    let notes = Notes::draft(known, most_depth);
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
    /// A value with a key that some readers make something else of comes back as it was.
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

/// How values of a type are written, which decides about what can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    State,
    Event(Format),
}

/// The shapes that values of this process have had, and were read back with.
struct Known;

type Table = HashMap<(TypeId, Way), Arc<Shapes>>;

static KNOWN: LazyLock<RwLock<Table>> = LazyLock::new(RwLock::default);

impl Known {
    fn of<T: 'static>(way: Way) -> Arc<Shapes> {
        let known = KNOWN.read().get(&(TypeId::of::<T>(), way)).cloned();
        known.unwrap_or_else(|| Arc::new(Shapes::new()))
    }

    /// What others have learnt meanwhile is learnt again when it comes again.
    fn learn<T: 'static>(way: Way, mut shapes: Shapes) {
        shapes.forget_keys();
        let is_full = shapes.is_full();
        let before = KNOWN.write().insert((TypeId::of::<T>(), way), Arc::new(shapes));
        if is_full && !before.is_some_and(|before| before.is_full()) {
            log::warn!(
                r#type = type_name::<T>(),
                places = Shapes::MOST,
                "its values have so many shapes that no more are remembered: a value with another one is read back each \
                 time"
            );
        }
    }
}
