//! What is noted of a value while it is written: whether its shape is new, and in a draft what is new in it.
//!
//! There are two kinds of [`Notes`]. `Notes::look` compares with the known shapes and sets a flag. `Notes::draft`
//! knows nothing, so everything is new to it and lands in a [`Draft`]. That way the quick check and the thorough
//! one are the same serializer, and cannot disagree about what a shape is.

use std::{
    any::type_name,
    cell::{Cell, RefCell},
    hash::{BuildHasher as _, RandomState},
    sync::LazyLock,
};

use super::{
    kind,
    shapes::{Shapes, Step, UNKNOWN},
};

/// Notes which calls come at which place of a value, and whether any of them is news.
pub(super) struct Notes<'k> {
    known: &'k Shapes,
    /// The known shapes and what is noted beside them; `None` if only the flag `has_news` is needed.
    draft: Option<RefCell<Draft>>,
    has_news: Cell<bool>,
    is_finite: Cell<bool>,
    /// The last text that was asked for, hashed.
    text: Cell<u64>,
    /// How deep values may be nested, because their reader goes no deeper.
    max_depth: u16,
    /// Whether each float is looked at.
    sees_floats: bool,
}

/// The known shapes and those of this value, with a list of what was new.
pub(super) struct Draft {
    pub(super) shapes: Shapes,
    /// The places of what was new, and its kinds.
    pub(super) news: Vec<(u32, u32)>,
    /// Whether any key beside the fields of a flattened struct is new.
    pub(super) has_new_keys: bool,
    /// The first reserved key of a map: see `is_reserved`.
    pub(super) reserved_key: Option<String>,
    text: String,
}

/// What notes with a draft compare with, so that everything goes into the draft.
static NOTHING: Shapes = Shapes::NOTHING;

impl<'k> Notes<'k> {
    /// Only looks for news.
    pub(super) fn look(known: &'k Shapes, max_depth: u16) -> Self {
        Self {
            known,
            draft: None,
            has_news: Cell::new(false),
            is_finite: Cell::new(true),
            text: Cell::new(0),
            max_depth,
            sees_floats: false,
        }
    }

    /// Looks at each float too, to see whether all of them are finite.
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

    /// Notes which fields were present together, as one hash.
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

    /// Notes the hash of a key beside the fields of a flattened struct.
    pub(super) fn note_key(&self, place: u32, key: u64) {
        if self.known.get(place).is_some_and(|known| known.keys.contains(&key)) {
            return;
        }
        let Some(draft) = &self.draft else { return self.has_news.set(true) };
        let Draft { shapes, has_new_keys, .. } = &mut *draft.borrow_mut();
        *has_new_keys |= shapes.note_key(place, key);
    }

    /// Notes a reserved key, with which some readers take a map for something else.
    #[cold]
    pub(super) fn note_reserved(&self, key: &str) {
        self.surprise();
        if let Some(draft) = &self.draft {
            draft.borrow_mut().reserved_key.get_or_insert_with(|| key.chars().take(100).collect());
        }
    }

    /// Has the value read back, whether its shape is known or not.
    pub(super) fn surprise(&self) {
        self.has_news.set(true);
    }

    pub(super) fn not_finite(&self) {
        self.is_finite.set(false);
    }

    pub(super) fn is_too_deep(&self, depth: u16) -> bool {
        depth > self.max_depth
    }

    pub(super) fn max_depth(&self) -> u16 {
        self.max_depth
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

    /// Forgets the text, because the next value may not be a text.
    pub(super) fn forget_text(&self) {
        self.text.set(0);
    }
}

impl Notes<'static> {
    /// Notes everything, beside what is there.
    pub(super) fn draft(shapes: Shapes, max_depth: u16) -> Self {
        let draft =
            Draft { shapes, news: Vec::new(), has_new_keys: false, reserved_key: None, text: String::new() };
        Self { draft: Some(RefCell::new(draft)), ..Self::look(&NOTHING, max_depth) }
    }
}

impl Draft {
    /// Whether anything new may come back as another value without an error.
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

/// Whether values of this type are names, as `#[derive(Serialize)]` writes them: of fields that are entries of a
/// map, or of variants.
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

/// The kind of a plain value, which can be read wherever it can be written, if this type is one: it need not be
/// looked at.
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

/// In a way that differs from process to process: clients choose keys, and shall not find two that are taken for
/// one.
fn hash(text: &str) -> u64 {
    static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    STATE.hash_one(text)
}

/// Whether a text has a meaning of its own as the key of a map: crates write with it what serde has no method for,
/// and read such a map as that, whoever chose the key.
#[inline]
pub(super) fn is_reserved(key: &str) -> bool {
    key.starts_with('$') && ["$serde_json::private::", "$__"].iter().any(|start| key.starts_with(start))
}

/// The kind of an integer that is not negative.
#[inline]
pub(super) fn positive(number: u64) -> u32 {
    if i64::try_from(number).is_ok() { kind::INT } else { kind::WIDE_INT }
}
