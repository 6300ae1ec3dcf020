//! Finds the id of a call in the beginning of a message that is too long to be read.

use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

use super::{
    Encoding, Format, ToServer,
    bare::BareReader,
    cbor::reader::{Item, Reader},
    value,
};

/// Where a message in JSON or CBOR has the id of its call.
const PATH: [&str; 3] = ["body", "val", "id"];

impl ToServer {
    /// The id in the beginning of an [`ActionRequest`](Self::ActionRequest), however long that is: all clients
    /// write it before the arguments. `None` if it is not there.
    #[must_use]
    pub fn call_id(encoding: Encoding, beginning: &[u8]) -> Option<u64> {
        match encoding {
            Encoding::Json => {
                let mut found = None;
                let mut json = serde_json::Deserializer::from_slice(beginning);
                // What is cut off is an error, behind the id.
                let _ = Json(&PATH, &mut found).deserialize(&mut json);
                value::from_bytes(Format::Json, found?.get().as_bytes()).ok()
            }
            Encoding::Cbor => value::from_bytes(Format::Cbor, cbor(&mut Reader::new(beginning), &PATH)?).ok(),
            Encoding::Bare => {
                let mut bare = BareReader::new(beginning).ok()?;
                (bare.uint().ok()? == 0).then(|| bare.uint().ok())?
            }
        }
    }
}

/// The value at the end of this path.
fn cbor<'a>(reader: &mut Reader<'a>, path: &[&str]) -> Option<&'a [u8]> {
    let Some((name, path)) = path.split_first() else { return reader.raw().ok() };
    let Item::Map(mut left) = reader.item().ok()? else { return None };
    while reader.more(&mut left).ok()? {
        let Item::Text(field) = reader.item().ok()? else { return None };
        if field == *name {
            return cbor(reader, path);
        }
        reader.raw().ok()?;
    }
    None
}

/// Keeps the value at the end of a path.
struct Json<'p, 'f, 'de>(&'p [&'p str], &'f mut Option<&'de RawValue>);

impl<'de> DeserializeSeed<'de> for Json<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        if self.0.is_empty() {
            *self.1 = Some(<&RawValue>::deserialize(json)?);
            return Ok(());
        }
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Json<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key::<Cow<'_, str>>()? {
            match self.0.split_first() {
                Some((name, path)) if field == *name => map.next_value_seed(Json(path, self.1))?,
                _ => map.next_value::<IgnoredAny>().map(drop)?,
            }
        }
        Ok(())
    }
}
