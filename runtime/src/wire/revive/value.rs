//! One value as it was meant: `resolve` turns tags and compatibility pairs into the value that they stand for.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::de::Visitor;

use crate::wire::{
    DecodeError,
    cbor::reader::{Item, Reader, too_deep},
    escape::MAX_SAFE_INTEGER,
};

/// A value, or the head of one that has values inside; `None` is a length that is known only at the end.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'de> {
    /// `null`, `undefined` and `["$Undefined", 0]`.
    Null,
    Bool(bool),
    Integer(Integer),
    Float(f64),
    Text(Cow<'de, str>),
    Bytes(Cow<'de, [u8]>),
    /// `escaped` is a pair whose first element is a text with an additional `$`.
    Array {
        len: Option<u64>,
        escaped: bool,
    },
    Map(Option<u64>),
}

/// Reads the next value. `depth` limits how many tags and pairs may be wrapped around it.
pub(super) fn resolve<'de>(input: &mut Reader<'de>, depth: u8) -> Result<Value<'de>, DecodeError> {
    Ok(match input.item()? {
        Item::Null => Value::Null,
        Item::Bool(value) => Value::Bool(value),
        Item::Unsigned(number) => Value::Integer(Integer::Positive(number.into())),
        Item::Negative(number) => Value::Integer(Integer::Negative(-1 - i128::from(number))),
        Item::Float(float) => Value::Float(float),
        Item::Text(text) => Value::Text(text),
        Item::Bytes(bytes) => Value::Bytes(bytes),
        Item::Array(Some(2)) => pair(input, depth)?,
        Item::Array(len) => Value::Array { len, escaped: false },
        Item::Map(len) => Value::Map(len),
        Item::Tag(tag) => {
            let inner = resolve(input, depth.checked_sub(1).ok_or_else(too_deep)?)?;
            match (tag, inner) {
                (2, Value::Bytes(bytes)) => Value::Integer(Integer::Positive(magnitude(&bytes)?)),
                (3, Value::Bytes(bytes)) => Value::Integer(Integer::Negative(negative(magnitude(&bytes)?)?)),
                (_, inner) => inner,
            }
        }
    })
}

/// The value that a pair stands for; its head has been read. A pair that is not known stays an array.
fn pair<'de>(input: &mut Reader<'de>, depth: u8) -> Result<Value<'de>, DecodeError> {
    let array = |escaped| Ok(Value::Array { len: Some(2), escaped });
    let mut ahead = *input;
    let is_text = ahead.peek().is_some_and(|initial| initial >> 5 == 3);
    let Some(Item::Text(mark)) = is_text.then(|| ahead.item()).transpose()? else { return array(false) };
    if mark.starts_with("$$") {
        return array(true);
    }
    let known = ["$BigInt", "$Uint8Array", "$ArrayBuffer", "$Undefined", "$Set"];
    if !known.contains(&&*mark) {
        return array(false);
    }
    let content = resolve(&mut ahead, depth.checked_sub(1).ok_or_else(too_deep)?)?;
    let value = match (&*mark, content) {
        ("$BigInt", Value::Text(digits)) => Integer::from_digits(&digits).map(Value::Integer),
        ("$Uint8Array" | "$ArrayBuffer", Value::Text(text)) => {
            STANDARD.decode(&*text).ok().map(|bytes| Value::Bytes(bytes.into()))
        }
        ("$Undefined", Value::Integer(_) | Value::Null) => Some(Value::Null),
        ("$Set", content @ Value::Array { .. }) => Some(content),
        _ => None,
    };
    match value {
        Some(value) => {
            *input = ahead;
            Ok(value)
        }
        None => array(false),
    }
}

/// An integer of up to 128 bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Integer {
    Positive(u128),
    /// Less than zero.
    Negative(i128),
}

impl Integer {
    fn from_digits(digits: &str) -> Option<Self> {
        digits.parse::<i128>().map(Self::from).or_else(|_| digits.parse().map(Self::Positive)).ok()
    }

    /// The integer that a float is, if it is one.
    pub(super) fn from_float(float: f64) -> Option<Self> {
        // 2^127: beyond it lies nothing that an integer type here can hold.
        let fits = float.fract() == 0.0 && float.abs() < 2f64.powi(127);
        #[expect(clippy::cast_possible_truncation, reason = "integral and in range, just checked")]
        fits.then(|| Self::from(float as i128))
    }

    #[expect(clippy::cast_precision_loss, reason = "a float was asked for")]
    pub(super) fn to_float(self) -> f64 {
        match self {
            Self::Positive(number) => number as f64,
            Self::Negative(number) => number as f64,
        }
    }

    /// Whether it is one of those that are written as a float in CBOR.
    pub(super) fn is_wide_and_safe(self) -> bool {
        let magnitude = match self {
            Self::Positive(number) => number,
            Self::Negative(number) => number.unsigned_abs(),
        };
        (1 << 32..=u128::from(MAX_SAFE_INTEGER)).contains(&magnitude)
    }

    /// Passes it to a visitor in the narrowest width that all visitors know.
    pub(super) fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self {
            Self::Positive(number) => match u64::try_from(number) {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => visitor.visit_u128(number),
            },
            Self::Negative(number) => match i64::try_from(number) {
                Ok(number) => visitor.visit_i64(number),
                Err(_) => visitor.visit_i128(number),
            },
        }
    }
}

impl From<i128> for Integer {
    fn from(number: i128) -> Self {
        u128::try_from(number).map_or(Self::Negative(number), Self::Positive)
    }
}

/// The number that the bytes of a bignum are.
fn magnitude(bytes: &[u8]) -> Result<u128, DecodeError> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    if bytes.len() - start > 16 {
        return Err(DecodeError::new("an integer of more than 128 bits"));
    }
    Ok(bytes[start..].iter().fold(0, |number, byte| number << 8 | u128::from(*byte)))
}

/// -1 minus the magnitude.
fn negative(magnitude: u128) -> Result<i128, DecodeError> {
    let magnitude =
        i128::try_from(magnitude).map_err(|_| DecodeError::new("an integer of more than 128 bits"))?;
    Ok(-1 - magnitude)
}
