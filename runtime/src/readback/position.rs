//! Where a value is that is noted while it is written: what its serializer and that of its elements note it by.

use serde::ser::Error;

use super::{
    kind,
    notes::Notes,
    shapes::{ROOT, Step},
};

/// The position of a value.
#[derive(Clone, Copy)]
pub(super) struct Position<'n> {
    pub(super) notes: &'n Notes<'n>,
    pub(super) place: u32,
    pub(super) depth: u16,
    pub(super) flags: Flags,
}

/// What the place of a value says about it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    /// It is inside a `Some`.
    pub(super) is_in_some: bool,
    /// Its text is needed, as the name of a variant or of a field.
    pub(super) keeps_text: bool,
    /// It is the key of a map.
    pub(super) is_key: bool,
}

impl<'n> Position<'n> {
    /// Where a whole value begins.
    pub(super) fn root(notes: &'n Notes<'n>) -> Self {
        Self { notes, place: ROOT, depth: 0, flags: Flags::default() }
    }

    #[inline]
    pub(super) fn note(&self, kind: u32) {
        self.notes.note(self.place, kind);
    }

    /// The same where nothing is.
    pub(super) fn note_nothing(&self, kind: u32) {
        self.note(if self.flags.is_in_some { kind::SOME_NOTHING } else { kind });
    }

    pub(super) fn note_float(&self, value: f64) {
        if value.is_finite() {
            self.note(kind::FLOAT);
        } else {
            self.notes.not_finite();
            self.note(kind::NOT_FINITE);
        }
    }

    /// The place that this step leads to.
    pub(super) fn go(&self, hint: usize, step: Step) -> u32 {
        self.notes.go(self.place, hint, step)
    }

    /// The place of what is in a variant.
    pub(super) fn variant(&self, name: &'static str, index: u32, variant: &'static str) -> u32 {
        if self.flags.keeps_text {
            self.notes.keep_text(variant);
        }
        self.go(index as usize, Step::Variant(name, variant))
    }

    /// The same place that many levels further in, or an error if a reader would not go as deep.
    #[inline]
    pub(super) fn deeper<E: Error>(self, levels: u16) -> Result<Self, E> {
        let depth = self.depth + levels;
        if self.notes.is_too_deep(depth) {
            let most = self.notes.max_depth();
            return Err(E::custom(format_args!("it is nested more than {most} levels deep")));
        }
        Ok(Self { depth, ..self })
    }

    /// Another place, which says nothing yet about what is there.
    #[inline]
    pub(super) fn at(self, place: u32) -> Self {
        Self { place, flags: Flags::default(), ..self }
    }

    /// Inside of a `Some`.
    #[inline]
    pub(super) fn in_some(self) -> Self {
        Self { flags: Flags { is_in_some: true, ..self.flags }, ..self }
    }
}
