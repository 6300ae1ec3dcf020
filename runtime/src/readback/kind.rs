//! Kinds: one bit for each sort of value that can come at a place.

macro_rules! kinds {
    ($($name:ident)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Order { $($name),* }
        $(pub(super) const $name: u32 = 1 << Order::$name as u32;)*
    };
}

kinds!(
    BOOL INT NEGATIVE WIDE_INT I128 WIDE_I128 U128 WIDE_U128 FLOAT NOT_FINITE CHAR
    EMPTY_TEXT TEXT EMPTY_BYTES BYTES NONE UNIT SOME SOME_NOTHING
    EMPTY_SEQ SEQ_OF_ONE SEQ_OF_TWO SEQ TUPLE EMPTY_MAP MAP SKIPPED MANY_TAGS
);

/// How an error names them; empty for kinds that are never the cause.
pub(super) fn name(kind: u32) -> &'static str {
    match kind {
        I128 | WIDE_I128 => "i128",
        U128 | WIDE_U128 => "u128",
        NOT_FINITE => "a float that is not finite",
        EMPTY_TEXT => "an empty text",
        BYTES => "bytes",
        SOME_NOTHING => "`Some` of nothing",
        SKIPPED => "a field that is left out",
        CHAR => "a char",
        BOOL => "a bool",
        INT | NEGATIVE | WIDE_INT => "an integer",
        FLOAT => "a float",
        TEXT => "a text",
        NONE => "`None`",
        UNIT => "a unit",
        EMPTY_SEQ => "an empty list",
        SEQ_OF_ONE | SEQ_OF_TWO | SEQ => "a list",
        EMPTY_MAP => "an empty map",
        _ => "",
    }
}

/// What most decoders can read from few places only.
pub(super) const SUSPECT: u32 = I128 | WIDE_I128 | U128 | WIDE_U128 | BYTES | SOME_NOTHING;
/// Suspect for a key.
pub(super) const SUSPECT_KEY: u32 = !(TEXT | EMPTY_TEXT | SOME);
