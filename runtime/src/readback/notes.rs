//! Notes: what a value looks like to serde, taken while it is written.

use std::{
    any::type_name,
    cell::{Cell, RefCell},
    hash::{BuildHasher as _, RandomState},
    sync::LazyLock,
};

use serde::{Serialize, Serializer};

use super::{
    kind,
    note::Note,
    shapes::{ROOT, Shapes, Step, UNKNOWN},
};

/// Notes which calls come at which place of a value, and whether any of them is news.
pub(super) struct Notes<'k> {
    known: &'k Shapes,
    /// What is noted beside what was known; `None` if it is only to be seen whether anything is news.
    draft: Option<RefCell<Draft>>,
    has_news: Cell<bool>,
    is_finite: Cell<bool>,
    /// The last text that was asked for, hashed.
    text: Cell<u64>,
    /// How deep values may be nested, because their reader goes no deeper.
    most_depth: u16,
    /// Whether each float is looked at.
    sees_floats: bool,
}

/// Shapes with those of this value.
pub(super) struct Draft {
    pub(super) shapes: Shapes,
    /// What was not there before: kinds, and their places.
    pub(super) news: Vec<(u32, u32)>,
    /// Whether any key beside the fields of a flattened struct is new.
    pub(super) has_new_keys: bool,
    /// A key that may make something else of its map.
    pub(super) reserved_key: Option<String>,
    text: String,
}

/// In a draft all is looked up in the draft.
static NOTHING: Shapes = Shapes::NOTHING;

impl<'k> Notes<'k> {
    /// Only looks for news.
    pub(super) fn look(known: &'k Shapes, most_depth: u16) -> Self {
        Self {
            known,
            draft: None,
            has_news: Cell::new(false),
            is_finite: Cell::new(true),
            text: Cell::new(0),
            most_depth,
            sees_floats: false,
        }
    }

    /// The same, and sees whether all its numbers are finite.
    pub(super) fn seeing_floats(self) -> Self {
        Self { sees_floats: true, ..self }
    }

    /// The kind of values of this type, if they need not be looked at.
    #[inline]
    pub(super) fn plain<T: ?Sized>(&self) -> Option<u32> {
        plain::<T>().filter(|kind| *kind != kind::FLOAT || !self.sees_floats)
    }

    pub(super) fn has_news(&self) -> bool {
        self.has_news.get()
    }

    /// Whether none of its numbers is infinite or none at all.
    pub(super) fn is_finite(&self) -> bool {
        self.is_finite.get()
    }

    pub(super) fn into_draft(self) -> Option<Draft> {
        self.draft.map(RefCell::into_inner)
    }

    #[inline]
    pub(super) fn note(&self, place: u32, kind: u32) {
        match self.known.get(place) {
            Some(known) if known.kinds & kind != 0 => {}
            _ => self.note_news(place, kind),
        }
    }

    #[cold]
    fn note_news(&self, place: u32, kind: u32) {
        let Some(draft) = &self.draft else { return self.has_news.set(true) };
        let Draft { shapes, news, .. } = &mut *draft.borrow_mut();
        if shapes.note(place, kind) {
            news.push((place, kind));
        }
    }

    /// The place that this step leads to.
    #[inline]
    pub(super) fn go(&self, from: u32, hint: usize, step: Step) -> u32 {
        match self.known.get(from).and_then(|known| known.step(hint, step)) {
            Some(to) => to,
            None => self.go_new_ways(from, step),
        }
    }

    #[cold]
    fn go_new_ways(&self, from: u32, step: Step) -> u32 {
        let Some(draft) = &self.draft else {
            let known = self.known.get(from);
            if matches!(step, Step::Tag(_)) && known.is_some_and(|known| known.kinds & kind::MANY_TAGS != 0) {
                return from;
            }
            self.has_news.set(true);
            return UNKNOWN;
        };
        let Draft { shapes, news, text, .. } = &mut *draft.borrow_mut();
        let (to, is_new) = shapes.go(from, step, text);
        if is_new {
            news.push((to, 0));
        }
        to
    }

    /// These fields were there together.
    #[inline]
    pub(super) fn note_present(&self, place: u32, present: u64) {
        if !self.known.get(place).is_some_and(|known| known.has_present(present)) {
            self.note_new_present(place, present);
        }
    }

    #[cold]
    fn note_new_present(&self, place: u32, present: u64) {
        let Some(draft) = &self.draft else { return self.has_news.set(true) };
        let Draft { shapes, news, .. } = &mut *draft.borrow_mut();
        if shapes.note_present(place, present) {
            news.push((place, 0));
        }
    }

    /// Whether an entry of this map is a field of this name, hashed.
    pub(super) fn has_entry(&self, map: u32, name: u64) -> bool {
        self.known.get(map).is_some_and(|map| map.step(0, Step::Entry(name)).is_some())
    }

    /// Whether keys of this map that are values may be taken for fields.
    pub(super) fn has_entries(&self, map: u32) -> bool {
        self.draft.is_some() || self.known.get(map).is_some_and(super::shapes::Place::has_entries)
    }

    /// This key is beside the fields of a flattened struct, hashed.
    pub(super) fn note_key(&self, place: u32, key: u64) {
        if self.known.get(place).is_some_and(|known| known.keys.contains(&key)) {
            return;
        }
        let Some(draft) = &self.draft else { return self.has_news.set(true) };
        let Draft { shapes, has_new_keys, .. } = &mut *draft.borrow_mut();
        *has_new_keys |= shapes.note_key(place, key);
    }

    /// Some readers make something else of a map with this key.
    #[cold]
    pub(super) fn note_reserved(&self, key: &str) {
        self.surprise();
        if let Some(draft) = &self.draft {
            draft.borrow_mut().reserved_key.get_or_insert_with(|| key.chars().take(100).collect());
        }
    }

    /// Something is as it should not be, however often it has been seen.
    pub(super) fn surprise(&self) {
        self.has_news.set(true);
    }

    pub(super) fn not_finite(&self) {
        self.is_finite.set(false);
    }

    pub(super) fn is_too_deep(&self, depth: u16) -> bool {
        depth > self.most_depth
    }

    pub(super) fn most_depth(&self) -> u16 {
        self.most_depth
    }

    /// Keeps a text that was asked for.
    pub(super) fn keep_text(&self, text: &str) {
        self.text.set(hash(text));
        if let Some(draft) = &self.draft {
            text.clone_into(&mut draft.borrow_mut().text);
        }
    }

    pub(super) fn text(&self) -> u64 {
        self.text.get()
    }

    /// What comes next may be no text.
    pub(super) fn forget_text(&self) {
        self.text.set(0);
    }
}

impl Notes<'static> {
    /// Notes everything, beside what is there.
    pub(super) fn draft(shapes: Shapes, most_depth: u16) -> Self {
        let draft =
            Draft { shapes, news: Vec::new(), has_new_keys: false, reserved_key: None, text: String::new() };
        Self { draft: Some(RefCell::new(draft)), ..Self::look(&NOTHING, most_depth) }
    }
}

impl Draft {
    /// Whether anything new is of those that may come back as something else, and nobody says so.
    pub(super) fn may_get_lost(&self) -> bool {
        let is_new =
            |(place, kinds): &(u32, u32)| kinds & kind::SOME_NOTHING != 0 || self.shapes.is_in_entry(*place);
        self.has_new_keys || self.news.iter().any(is_new)
    }

    /// What is new, as an error names it: what may be the cause, or all, if that is little.
    pub(super) fn describe_news(&self) -> Option<String> {
        const FEW: usize = 3;
        let kinds = || self.news.iter().filter(|(_, kinds)| *kinds != 0);
        let mut named: Vec<_> =
            kinds().filter(|(place, kinds)| self.shapes.is_suspect(*place, *kinds)).collect();
        if named.is_empty() && kinds().count() <= FEW {
            named.extend(kinds());
        }
        let named = named.iter().take(FEW).map(|(place, kinds)| self.shapes.describe(*place, *kinds));
        Some(named.collect::<Vec<_>>().join(", ")).filter(|named| !named.is_empty())
    }
}

/// A value that is noted while it is written.
pub(crate) struct Noted<'a, T: ?Sized> {
    pub(super) value: &'a T,
    pub(super) notes: &'a Notes<'a>,
    pub(super) place: u32,
    pub(super) depth: u16,
    pub(super) flags: Flags,
}

/// What else is to be known of a value where it is written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    /// It is what is in a `Some`.
    pub(super) is_in_some: bool,
    /// Its text is asked for.
    pub(super) keeps_text: bool,
    /// It is the key of a map.
    pub(super) is_key: bool,
}

impl<'a, T: ?Sized> Noted<'a, T> {
    pub(super) fn new(value: &'a T, notes: &'a Notes<'a>) -> Self {
        Self { value, notes, place: ROOT, depth: 0, flags: Flags::default() }
    }
}

impl<T: Serialize + ?Sized> Serialize for Noted<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, inner: S) -> Result<S::Ok, S::Error> {
        let Self { value, notes, place, depth, flags } = *self;
        value.serialize(Note { inner, notes, place, depth, flags })
    }
}

/// Whether values of this type are names, as `#[derive(Serialize)]` writes them: of fields that are entries of a map, or of
/// variants.
///
/// The derive hands over a bare `str`; what users have is a `String`, a `&str`, or another type of theirs. Where
/// this guesses wrong, a value is read back that need not have been, or is not told from others of its kind.
#[inline]
pub(super) fn is_name<T: ?Sized>() -> bool {
    type_name::<T>() == "str"
}

/// The same for the values of fields: the name of a variant, which decides about what comes with it.
#[inline]
pub(super) fn is_tag<T: ?Sized>() -> bool {
    is_name::<T>() || type_name::<T>().ends_with("::AdjacentlyTaggedEnumVariant")
}

/// The kind of a plain value, which can be read wherever it can be written, if this type is one: it need not be looked at.
#[inline]
pub(super) fn plain<T: ?Sized>() -> Option<u32> {
    match type_name::<T>() {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => Some(kind::INT),
        "f32" | "f64" => Some(kind::FLOAT),
        "bool" => Some(kind::BOOL),
        "alloc::string::String" => Some(kind::TEXT),
        _ => None,
    }
}

/// In a way that differs from process to process: clients choose keys, and shall not find two that are taken for one.
fn hash(text: &str) -> u64 {
    static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    STATE.hash_one(text)
}

/// Whether a text has a meaning of its own as the key of a map: crates write with it what serde has no method for, and read
/// such a map as that, whoever chose the key.
#[inline]
pub(super) fn is_reserved(key: &str) -> bool {
    key.starts_with('$') && ["$serde_json::private::", "$__"].iter().any(|start| key.starts_with(start))
}

/// The kind of an integer that is not negative.
#[inline]
pub(super) fn positive(number: u64) -> u32 {
    if i64::try_from(number).is_ok() { kind::INT } else { kind::WIDE_INT }
}
