//! Shapes: which calls to serde have come at which place of a type's values.
//!
//! A place is a path of steps to a value: fields, variants, elements. What comes there is noted as kinds
//! (`kind.rs`): one bit for each method of a serializer, and one for each property that decides whether a value
//! can be read (empty, wide, long). The places of one type are a tree in a vector, with indices instead of
//! pointers, so that looking is quick and a copy is one allocation for each level.
//!
//! Three things bound the tree. All elements of a list have one place. A type that comes within itself for the
//! third time is at the place that it had before, because recursive types have no end of places. And a type has
//! `Shapes::MOST` places at most; what comes beyond is not remembered, and is read back each time.

use std::{borrow::Cow, collections::BTreeSet, fmt::Write as _};

use super::kind;

/// One step from a place to one within it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Struct(&'static str),
    Field(&'static str),
    Variant(&'static str, &'static str),
    /// One of a list, whichever.
    Item,
    /// The one of a tuple at this index.
    Element(usize),
    Map,
    /// A key that is no field's name, and the value of one.
    Key,
    Value,
    /// An entry of a map that is a field: its name, hashed.
    Entry(u64),
    /// What comes beside a field that tells variants apart: its value, hashed.
    Tag(u64),
}

/// The same literal is mostly at the same address.
fn is_same(a: &'static str, b: &'static str) -> bool {
    std::ptr::eq(a, b) || a == b
}

impl Step {
    /// Whether it is surely the same: most are, and this is quick to find out.
    #[inline]
    fn is_identical(self, other: Self) -> bool {
        match (self, other) {
            (Self::Struct(a), Self::Struct(b)) | (Self::Field(a), Self::Field(b)) => std::ptr::eq(a, b),
            (Self::Variant(a, b), Self::Variant(c, d)) => std::ptr::eq(b, d) && std::ptr::eq(a, c),
            (Self::Item, Self::Item) | (Self::Map, Self::Map) => true,
            (Self::Element(a), Self::Element(b)) => a == b,
            _ => false,
        }
    }

    pub(super) fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Struct(a), Self::Struct(b)) | (Self::Field(a), Self::Field(b)) => is_same(a, b),
            (Self::Variant(a, b), Self::Variant(c, d)) => is_same(b, d) && is_same(a, c),
            (Self::Item, Self::Item)
            | (Self::Map, Self::Map)
            | (Self::Key, Self::Key)
            | (Self::Value, Self::Value) => true,
            (Self::Element(a), Self::Element(b)) => a == b,
            (Self::Entry(a), Self::Entry(b)) | (Self::Tag(a), Self::Tag(b)) => a == b,
            _ => false,
        }
    }

    /// How often it may come on the way to a place before it leads back; `None`: as often as it likes.
    fn most_often(self) -> Option<usize> {
        match self {
            Self::Struct(_) | Self::Variant(..) => Some(2),
            Self::Item | Self::Map => Some(3),
            _ => None,
        }
    }

    /// Types without a name are told apart by the fields that they are in.
    fn ends_the_look_back(self, step: Self) -> bool {
        matches!(step, Self::Item | Self::Map)
            && matches!(self, Self::Struct(_) | Self::Variant(..) | Self::Field(_) | Self::Entry(_))
    }
}

/// A place.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) kinds: u32,
    steps: Vec<(Step, u32)>,
    /// Which fields were there together, hashed.
    present: Vec<u64>,
    /// The keys that were beside its fields, hashed.
    pub(super) keys: BTreeSet<u64>,
    /// From where it is reached, and how.
    from: Option<(u32, Step)>,
    /// The name of an entry that is a field.
    name: Box<str>,
}

/// What does not come back, and where it is.
pub(super) enum Lost {
    Some(u32),
    Field(u32),
    Key(u32),
}

/// No place that is known.
pub(super) const UNKNOWN: u32 = u32::MAX;
/// Where every value begins.
pub(super) const ROOT: u32 = 0;

/// What has come, and where.
#[derive(Debug, Clone)]
pub(super) struct Shapes(Vec<Place>);

impl Shapes {
    /// No more places are known of one type than this: values beyond it are read back each time.
    pub(super) const MOST: usize = 4096;
    /// No more keys are remembered of one place, each of 8 bytes.
    const MOST_KEYS: usize = 4096;
    /// No more texts are taken for names of variants.
    const MOST_TAGS: usize = 64;

    /// Not even the place where values begin.
    pub(super) const NOTHING: Self = Self(Vec::new());

    /// Nothing has come yet.
    pub(super) fn new() -> Self {
        Self(vec![Place::new(None)])
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() >= Self::MOST
    }

    #[inline]
    pub(super) fn get(&self, place: u32) -> Option<&Place> {
        self.0.get(place as usize)
    }

    /// Notes a kind; whether it is new there.
    pub(super) fn note(&mut self, place: u32, kind: u32) -> bool {
        let Some(place) = self.0.get_mut(place as usize) else { return true };
        let is_new = place.kinds & kind == 0;
        place.kinds |= kind;
        is_new
    }

    /// Notes that these fields are there together.
    pub(super) fn note_present(&mut self, place: u32, present: u64) -> bool {
        let Some(place) = self.0.get_mut(place as usize) else { return true };
        let is_new = !place.has_present(present);
        if is_new && place.present.len() < Self::MOST {
            place.present.push(present);
        }
        is_new
    }

    /// Notes a key beside fields; whether it is new there.
    pub(super) fn note_key(&mut self, place: u32, key: u64) -> bool {
        self.0.get_mut(place as usize).is_none_or(|place| place.keys.insert(key))
    }

    /// Forgets the keys that are too many: clients choose them.
    pub(super) fn forget_keys(&mut self) {
        for place in &mut self.0 {
            if let Some(first) = place.keys.iter().nth(Self::MOST_KEYS).copied() {
                place.keys.split_off(&first);
            }
        }
    }

    /// The place that a step leads to, which is made if need be, and whether it is new; `UNKNOWN` if there are too
    /// many.
    pub(super) fn go(&mut self, from: u32, step: Step, name: &str) -> (u32, bool) {
        let Some(place) = self.get(from) else { return (UNKNOWN, true) };
        if let Some(to) = place.step(0, step) {
            return (to, false);
        }
        if matches!(step, Step::Tag(_)) && place.count_tags() >= Self::MOST_TAGS {
            // A text that anybody may choose tells no variants apart.
            return (from, self.note(from, kind::MANY_TAGS));
        }
        let to = match self.seen_too_often(from, step) {
            Some(before) => before,
            None if self.is_full() => return (UNKNOWN, true),
            None => {
                self.0.push(Place { name: name.into(), ..Place::new(Some((from, step))) });
                u32::try_from(self.0.len() - 1).unwrap_or(UNKNOWN)
            }
        };
        self.0[from as usize].steps.push((step, to));
        (to, true)
    }

    /// Where this step has led before on the way here, if it may not come once more.
    fn seen_too_often(&self, from: u32, step: Step) -> Option<u32> {
        let most = step.most_often()?;
        let (mut seen, mut nearest, mut at) = (0, None, from);
        while let Some((before, by)) = self.get(at)?.from {
            if by.is(step) {
                seen += 1;
                nearest = nearest.or(Some(at));
            } else if by.ends_the_look_back(step) {
                break;
            }
            at = before;
        }
        nearest.filter(|_| seen >= most)
    }

    /// Whether it is, or is in, an entry of a map that is a field.
    pub(super) fn is_in_entry(&self, place: u32) -> bool {
        let from = self.get(place).and_then(|place| place.from);
        from.is_some_and(|(from, step)| matches!(step, Step::Entry(_)) || self.is_in_entry(from))
    }

    /// What is lost of these shapes where they come back like this, if anything is that a type cannot mean to
    /// lose: a `Some(None)` or `Some(())` that has become a `None`, a field of a flattened struct, or an entry
    /// beside such fields that has become one of them.
    pub(super) fn lost(&self, back: &Self) -> Option<Lost> {
        (ROOT..).zip(&self.0).find_map(|(index, place)| {
            let back_there = || back.get(back.counterpart(self, index)?);
            let has_keys =
                |back: &Place| back.kinds & kind::MANY_TAGS != 0 || place.keys.is_subset(&back.keys);
            if !place.keys.is_empty() && back_there().is_some_and(|back| !has_keys(back)) {
                return Some(Lost::Key(index));
            }
            if place.kinds & kind::SOME_NOTHING != 0 {
                let kinds = back_there()?.kinds;
                return (kinds & (kind::SOME_NOTHING | kind::NONE) == kind::NONE)
                    .then_some(Lost::Some(index));
            }
            let (from, step @ Step::Entry(_)) = place.from? else { return None };
            let from = back.get(back.counterpart(self, from)?)?;
            from.step(0, step).is_none().then_some(Lost::Field(index))
        })
    }

    /// The place that is reached in the same way from the start as this one in other shapes.
    fn counterpart(&self, others: &Self, place: u32) -> Option<u32> {
        match others.get(place)?.from {
            None => Some(ROOT),
            Some((from, step)) => self.get(self.counterpart(others, from)?)?.step(0, step),
        }
    }

    /// Whether a kind of this place's that is new is what cannot be read, if anything.
    pub(super) fn is_suspect(&self, place: u32, kinds: u32) -> bool {
        let is_key = matches!(self.get(place).and_then(|place| place.from), Some((_, Step::Key)));
        kinds & kind::SUSPECT != 0 || (is_key && kinds & kind::SUSPECT_KEY != 0)
    }

    /// A place and what came there, as an error names them: `shapes[].Circle.id (u128)`.
    pub(super) fn describe(&self, place: u32, kinds: u32) -> String {
        let mut path = String::new();
        self.write_path(place, &mut path);
        let path = path.trim_start_matches('.');
        let names: Vec<_> =
            (0..32).map(|bit| kind::name(kinds & 1 << bit)).filter(|name| !name.is_empty()).collect();
        let path: Cow<'_, str> =
            if path.is_empty() { "the value".into() } else { format!("`{path}`").into() };
        if names.is_empty() { path.into_owned() } else { format!("{path} ({})", names.join(", ")) }
    }

    /// The same with all that came there.
    pub(super) fn describe_all(&self, place: u32) -> String {
        self.describe(place, self.get(place).map_or(0, |place| place.kinds))
    }

    fn write_path(&self, place: u32, path: &mut String) {
        let Some(Place { from: Some((from, step)), name, .. }) = self.get(place) else { return };
        self.write_path(*from, path);
        // Writing to a text does not fail.
        let _ = match step {
            Step::Field(name) | Step::Variant(_, name) => write!(path, ".{name}"),
            Step::Entry(_) => write!(path, ".{name}"),
            Step::Item => write!(path, "[]"),
            Step::Element(index) => write!(path, ".{index}"),
            Step::Key => write!(path, ".<key>"),
            Step::Value => write!(path, "[<key>]"),
            Step::Struct(_) | Step::Map | Step::Tag(_) => Ok(()),
        };
    }
}

impl Place {
    fn new(from: Option<(u32, Step)>) -> Self {
        Self {
            kinds: 0,
            steps: Vec::new(),
            present: Vec::new(),
            keys: BTreeSet::new(),
            from,
            name: Box::default(),
        }
    }

    /// Where a step leads; at `hint` it is looked for first.
    #[inline]
    pub(super) fn step(&self, hint: usize, step: Step) -> Option<u32> {
        match self.steps.get(hint) {
            Some((at, to)) if at.is_identical(step) => Some(*to),
            _ => self.find_step(step),
        }
    }

    fn find_step(&self, step: Step) -> Option<u32> {
        self.steps.iter().find(|(at, _)| at.is(step)).map(|(_, to)| *to)
    }

    /// Whether these fields have been there together.
    #[inline]
    pub(super) fn has_present(&self, present: u64) -> bool {
        self.present.contains(&present)
    }

    /// Whether some of its entries are fields.
    pub(super) fn has_entries(&self) -> bool {
        self.steps.iter().any(|(step, _)| matches!(step, Step::Entry(_)))
    }

    fn count_tags(&self) -> usize {
        self.steps.iter().filter(|(step, _)| matches!(step, Step::Tag(_))).count()
    }
}
