//! Values of every shape that serde knows, with texts that look like the marks of the wire.

use std::{
    collections::BTreeMap,
    fmt::{self, Debug},
};

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{SeqAccess, Visitor},
};

/// A value of any shape.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Any {
    Plain,
    #[serde(rename = "$x")]
    Mark,
    UnitStruct(UnitStruct),
    Null(()),
    Bool(bool),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    I128(i128),
    U8(u8),
    U16(u16),
    U32(u32),
    U64(u64),
    U128(u128),
    F32(f32),
    F64(f64),
    /// Which may be infinite.
    Number(Option<f64>),
    Char(char),
    Text(String),
    Bytes(Blob),
    Option(Option<Box<Any>>),
    Nested(Option<Option<u8>>),
    Newtype(Newtype),
    Pair(Box<Any>, Box<Any>),
    #[serde(rename = "$BigInt")]
    Marked(String, Box<Any>),
    Struct {
        #[serde(rename = "$Set")]
        set: String,
        wide: Option<u64>,
        inner: Box<Any>,
    },
    Tuple((String, Box<Any>)),
    MarkFirst((Mark, String)),
    CharFirst((char, Box<Any>)),
    TupleStruct(TupleStruct),
    Seq(Vec<Any>),
    Texts(Vec<String>),
    Two([String; 2]),
    Map(BTreeMap<String, Any>),
    Integers(BTreeMap<i64, Any>),
    Huge(BTreeMap<u128, String>),
    Bools(BTreeMap<bool, Any>),
    Chars(BTreeMap<char, Any>),
    Marks(BTreeMap<Mark, Any>),
    Newtypes(BTreeMap<Name, Any>),
    Internal(Internal),
    Adjacent(Adjacent),
    Untagged(Vec<Untagged>),
    Flat(Flat),
    Tree(serde_json::Value),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UnitStruct;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Newtype(Box<Any>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Name(String);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TupleStruct(String, Box<Any>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Mark {
    #[serde(rename = "$BigInt")]
    BigInt,
    #[serde(rename = "$$")]
    Escaped,
    Other,
}

/// What serde can carry below `tag`, `untagged` and `flatten`: no 128 bits, and no keys but text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Simple {
    Unit,
    Bool(bool),
    I64(i64),
    U64(u64),
    F64(f64),
    Char(char),
    Text(String),
    Bytes(Blob),
    Option(Option<u32>),
    Pair(String, Box<Simple>),
    Struct { inner: Box<Simple> },
    Seq(Vec<Simple>),
    Map(BTreeMap<String, Simple>),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "$t")]
pub(crate) enum Internal {
    Unit,
    Struct { value: Simple, text: String },
    Newtype(Inner),
    Map(BTreeMap<String, Simple>),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "$BigInt", content = "$c")]
pub(crate) enum Adjacent {
    Unit,
    Newtype(Box<Any>),
    Pair(String, Box<Any>),
    Struct { text: String, value: Box<Any> },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Untagged {
    Bool(bool),
    Integer(i64),
    /// One that JavaScript could not take for an integer.
    Float(f64),
    Text(String),
    Pair(String, Simple),
    Struct(Inner),
    Null,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Inner {
    value: Simple,
    text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Flat {
    own: u128,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    rest: BTreeMap<String, Simple>,
}

/// Bytes that serialize as bytes.
#[derive(Clone)]
pub(crate) struct Blob(Vec<u8>);

impl Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl<'de> Visitor<'de> for Bytes {
            type Value = Blob;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }

            /// As they are below `tag`, `untagged` and `flatten`.
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Blob, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(Blob(bytes))
            }
        }

        deserializer.deserialize_byte_buf(Bytes)
    }
}

/// How a value gets from one place to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// As it is.
    Moved,
    Cbor,
    Json,
}

impl Any {
    /// What arrives of it: `Some(None)` is null and so `None` where anything is encoded, as serde has it in all formats
    /// that tell themselves; and a number that is none is null in JSON.
    #[must_use]
    pub(crate) fn after(&self, way: Way) -> Self {
        let each = |values: &[Self]| values.iter().map(|value| value.after(way)).collect();
        let boxed = |value: &Self| Box::new(value.after(way));
        match self {
            Self::Nested(Some(None)) if way != Way::Moved => Self::Nested(None),
            Self::Number(Some(number)) if way == Way::Json && !number.is_finite() => Self::Number(None),
            Self::Option(Some(value)) => Self::Option(Some(boxed(value))),
            Self::Newtype(Newtype(value)) => Self::Newtype(Newtype(boxed(value))),
            Self::Pair(one, other) => Self::Pair(boxed(one), boxed(other)),
            Self::Marked(text, value) => Self::Marked(text.clone(), boxed(value)),
            Self::Struct { set, wide, inner } => {
                Self::Struct { set: set.clone(), wide: *wide, inner: boxed(inner) }
            }
            Self::Tuple((text, value)) => Self::Tuple((text.clone(), boxed(value))),
            Self::CharFirst((char, value)) => Self::CharFirst((*char, boxed(value))),
            Self::TupleStruct(TupleStruct(text, value)) => {
                Self::TupleStruct(TupleStruct(text.clone(), boxed(value)))
            }
            Self::Seq(values) => Self::Seq(each(values)),
            Self::Map(map) => Self::Map(values(map, way)),
            Self::Integers(map) => Self::Integers(values(map, way)),
            Self::Bools(map) => Self::Bools(values(map, way)),
            Self::Chars(map) => Self::Chars(values(map, way)),
            Self::Marks(map) => Self::Marks(values(map, way)),
            Self::Newtypes(map) => Self::Newtypes(values(map, way)),
            Self::Adjacent(Adjacent::Newtype(value)) => Self::Adjacent(Adjacent::Newtype(boxed(value))),
            Self::Adjacent(Adjacent::Pair(text, value)) => {
                Self::Adjacent(Adjacent::Pair(text.clone(), boxed(value)))
            }
            Self::Adjacent(Adjacent::Struct { text, value }) => {
                Self::Adjacent(Adjacent::Struct { text: text.clone(), value: boxed(value) })
            }
            other => other.clone(),
        }
    }
}

fn values<K: Ord + Clone>(map: &BTreeMap<K, Any>, way: Way) -> BTreeMap<K, Any> {
    map.iter().map(|(key, value)| (key.clone(), value.after(way))).collect()
}

/// Texts of which many look like marks of pairs.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[$]{0,3}(BigInt|Uint8Array|ArrayBuffer|Undefined|Set|callboard::Tree|x)?",
        select(vec![
            "12",
            "AP8=",
            "null",
            "true",
            "-5",
            "1e3",
            "{}",
            "[]",
            "@@TAGGED@@",
            "é😀\u{2028}\u{0}\"\\"
        ])
        .prop_map(str::to_owned),
    ]
}

/// Integers near the edges of what JSON, JavaScript and CBOR have for them.
fn integers() -> impl Strategy<Value = i64> {
    let edges = select(vec![0_i64, 1 << 31, 1 << 32, 1 << 53, i64::MAX, i64::MIN]);
    prop_oneof![
        any::<i64>(),
        (edges, -2..=2_i64, any::<bool>()).prop_map(|(edge, off, minus)| {
            let number = edge.saturating_add(off);
            if minus { number.saturating_neg() } else { number }
        })
    ]
}

fn wide_integers() -> impl Strategy<Value = i128> {
    prop_oneof![
        any::<i128>(),
        integers().prop_map(i128::from),
        (any::<i128>(), 0..128_u32).prop_map(|(number, shift)| number >> shift),
        Just(i128::MIN),
    ]
}

fn huge_integers() -> impl Strategy<Value = u128> {
    prop_oneof![any::<u128>(), (any::<u128>(), 0..128_u32).prop_map(|(number, shift)| number >> shift)]
}

fn floats() -> impl Strategy<Value = f64> {
    use proptest::num::f64;
    prop_oneof![
        f64::NORMAL | f64::SUBNORMAL | f64::ZERO | f64::POSITIVE | f64::NEGATIVE,
        (-1e6..1e6).prop_map(f64::round),
        any::<i32>().prop_map(|number| std::primitive::f64::from(number) * 1e9),
    ]
}

fn simple() -> impl Strategy<Value = Simple> {
    let leaf = prop_oneof![
        Just(Simple::Unit),
        any::<bool>().prop_map(Simple::Bool),
        integers().prop_map(Simple::I64),
        any::<u64>().prop_map(Simple::U64),
        floats().prop_map(Simple::F64),
        chars().prop_map(Simple::Char),
        texts().prop_map(Simple::Text),
        vec(any::<u8>(), 0..8).prop_map(|bytes| Simple::Bytes(Blob(bytes))),
        any::<Option<u32>>().prop_map(Simple::Option),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (texts(), inner.clone()).prop_map(|(text, value)| Simple::Pair(text, Box::new(value))),
            inner.clone().prop_map(|value| Simple::Struct { inner: Box::new(value) }),
            vec(inner.clone(), 0..3).prop_map(Simple::Seq),
            btree_map(texts(), inner, 0..3).prop_map(Simple::Map),
        ]
    })
}

fn chars() -> impl Strategy<Value = char> {
    prop_oneof![any::<char>(), Just('$')]
}

fn inner() -> impl Strategy<Value = Inner> {
    (simple(), texts()).prop_map(|(value, text)| Inner { value, text })
}

/// Without the names of the fields that are beside it.
fn rest() -> impl Strategy<Value = BTreeMap<String, Simple>> {
    btree_map(texts().prop_map(|text| format!("{text}~")), simple(), 0..3)
}

fn internal() -> impl Strategy<Value = Internal> {
    prop_oneof![
        Just(Internal::Unit),
        (simple(), texts()).prop_map(|(value, text)| Internal::Struct { value, text }),
        inner().prop_map(Internal::Newtype),
        rest().prop_map(Internal::Map),
    ]
}

fn untagged() -> impl Strategy<Value = Untagged> {
    prop_oneof![
        any::<bool>().prop_map(Untagged::Bool),
        integers().prop_map(Untagged::Integer),
        (-1e6..1e6_f64).prop_map(|number| Untagged::Float(number.trunc() + 0.5)),
        texts().prop_map(Untagged::Text),
        (texts(), simple()).prop_map(|(text, value)| Untagged::Pair(text, value)),
        inner().prop_map(Untagged::Struct),
        Just(Untagged::Null),
    ]
}

fn trees() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        integers().prop_map(Value::from),
        (-1e6..1e6_f64).prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (texts(), inner.clone()).prop_map(|(mark, content)| serde_json::json!([mark, content])),
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(texts(), inner, 0..3).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn leaves() -> BoxedStrategy<Any> {
    let numbers = prop_oneof![
        any::<i8>().prop_map(Any::I8),
        any::<i16>().prop_map(Any::I16),
        any::<i32>().prop_map(Any::I32),
        integers().prop_map(Any::I64),
        wide_integers().prop_map(Any::I128),
        any::<u8>().prop_map(Any::U8),
        any::<u16>().prop_map(Any::U16),
        any::<u32>().prop_map(Any::U32),
        any::<u64>().prop_map(Any::U64),
        huge_integers().prop_map(Any::U128),
        proptest::num::f32::NORMAL.prop_map(Any::F32),
        floats().prop_map(Any::F64),
        prop_oneof![floats(), select(vec![f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]
            .prop_map(|number| Any::Number(Some(number))),
    ];
    let others = prop_oneof![
        Just(Any::Plain),
        Just(Any::Mark),
        Just(Any::UnitStruct(UnitStruct)),
        Just(Any::Null(())),
        any::<bool>().prop_map(Any::Bool),
        Just(Any::Number(None)),
        chars().prop_map(Any::Char),
        texts().prop_map(Any::Text),
        vec(any::<u8>(), 0..8).prop_map(|bytes| Any::Bytes(Blob(bytes))),
        Just(Any::Option(None)),
        any::<Option<Option<u8>>>().prop_map(Any::Nested),
        vec(texts(), 0..4).prop_map(Any::Texts),
        any::<[u8; 0]>().prop_flat_map(|_| [texts(), texts()]).prop_map(Any::Two),
        (marks(), texts()).prop_map(Any::MarkFirst),
        btree_map(huge_integers(), texts(), 0..3).prop_map(Any::Huge),
        internal().prop_map(Any::Internal),
        Just(Any::Adjacent(Adjacent::Unit)),
        vec(untagged(), 0..3).prop_map(Any::Untagged),
        (huge_integers(), inner(), rest()).prop_map(|(own, inner, rest)| Any::Flat(Flat {
            own,
            inner,
            rest
        })),
        trees().prop_map(Any::Tree),
    ];
    prop_oneof![numbers, others].boxed()
}

fn marks() -> impl Strategy<Value = Mark> {
    select(vec![Mark::BigInt, Mark::Escaped, Mark::Other])
}

/// Values of every shape, one in another.
pub(crate) fn anything() -> BoxedStrategy<Any> {
    leaves()
        .prop_recursive(4, 24, 3, |inner| {
            let boxed = inner.clone().prop_map(Box::new).boxed();
            let structs = prop_oneof![
                boxed.clone().prop_map(|value| Any::Option(Some(value))),
                boxed.clone().prop_map(|value| Any::Newtype(Newtype(value))),
                (boxed.clone(), boxed.clone()).prop_map(|(one, other)| Any::Pair(one, other)),
                (texts(), boxed.clone()).prop_map(|(text, value)| Any::Marked(text, value)),
                (texts(), any::<Option<u64>>(), boxed.clone()).prop_map(|(set, wide, inner)| Any::Struct {
                    set,
                    wide,
                    inner
                }),
                (texts(), boxed.clone()).prop_map(Any::Tuple),
                (chars(), boxed.clone()).prop_map(Any::CharFirst),
                (texts(), boxed.clone()).prop_map(|(text, value)| Any::TupleStruct(TupleStruct(text, value))),
                boxed.clone().prop_map(|value| Any::Adjacent(Adjacent::Newtype(value))),
                (texts(), boxed.clone()).prop_map(|(text, value)| Any::Adjacent(Adjacent::Pair(text, value))),
                (texts(), boxed).prop_map(|(text, value)| Any::Adjacent(Adjacent::Struct { text, value })),
            ];
            let collections = prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Any::Seq),
                btree_map(texts(), inner.clone(), 0..3).prop_map(Any::Map),
                btree_map(integers(), inner.clone(), 0..3).prop_map(Any::Integers),
                btree_map(any::<bool>(), inner.clone(), 0..3).prop_map(Any::Bools),
                btree_map(chars(), inner.clone(), 0..3).prop_map(Any::Chars),
                btree_map(marks(), inner.clone(), 0..3).prop_map(Any::Marks),
                btree_map(texts().prop_map(Name), inner, 0..3).prop_map(Any::Newtypes),
            ];
            prop_oneof![structs, collections]
        })
        .boxed()
}
