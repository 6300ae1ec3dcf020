//! How deep values may be nested: what is written is read, and one level more is refused by the writer.

use callboard::wire::{ArgsWriter, Encoding, ToClient, ToServer};
use serde::{Serializer, de::IgnoredAny, ser::SerializeMap as _};

use super::*;

/// The levels that every value may have.
const MOST: u32 = 124;

/// Values within each other, of which none is in memory.
#[derive(Debug, Clone, Copy)]
struct Nested {
    levels: u32,
    as_what: Level,
}

/// What a level is written as.
#[derive(Debug, Clone, Copy)]
enum Level {
    Seq,
    SeqOfUnknownLen,
    Pair,
    Map,
    Newtype,
    Some,
    Variant,
}

const LEVELS: [Level; 5] = [Level::Seq, Level::SeqOfUnknownLen, Level::Pair, Level::Map, Level::Variant];

impl Serialize for Nested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(levels) = self.levels.checked_sub(1) else {
            // Which is written as a pair: a level that needs no other.
            return serializer.serialize_u64(u64::MAX);
        };
        let inner = Self { levels, ..*self };
        match self.as_what {
            Level::Seq => [inner].serialize(serializer),
            Level::SeqOfUnknownLen => serializer.collect_seq([inner].iter().filter(|_| true)),
            Level::Pair => ("$BigInt", inner).serialize(serializer),
            Level::Map => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("x", &inner)?;
                map.end()
            }
            Level::Newtype => serializer.serialize_newtype_struct("Newtype", &inner),
            Level::Some => serializer.serialize_some(&inner),
            Level::Variant => serializer.serialize_newtype_variant("Kind", 0, "Kind", &inner),
        }
    }
}

#[test]
fn the_deepest_value_that_is_written_is_read_wherever_it_stands_and_one_level_more_is_refused() {
    for (as_what, encoding) in
        LEVELS.into_iter().flat_map(|level| Encoding::ALL.map(|encoding| (level, encoding)))
    {
        let format = encoding.format();
        let deepest = Nested { levels: MOST, as_what };
        let output = to_bytes(format, &deepest).unwrap();
        read::<IgnoredAny>(format, &output).unwrap();
        read::<Value>(format, &output).unwrap();

        let mut args = ArgsWriter::new(format, 1);
        args.push(&deepest).unwrap();
        let args = args.finish();
        let call = ToServer::ActionRequest { id: 1, name: "act".into(), args };
        let read_call = ToServer::decode(encoding, &call.encode(encoding).unwrap());
        assert_eq!(read_call.unwrap(), call);
        let reply = ToClient::ActionResponse { id: 1, output };
        assert_eq!(ToClient::decode(encoding, &reply.encode(encoding).unwrap()).unwrap(), reply);

        for levels in [MOST + 1, 100_000] {
            let deeper = Nested { levels, as_what };
            let refusal = to_bytes(format, &deeper).unwrap_err().to_string();
            assert!(refusal.contains("nested more than 124 levels deep"), "{refusal}");
            let mut args = ArgsWriter::new(format, 2);
            let refusal = args.push(&deeper).unwrap_err().to_string();
            assert!(refusal.contains("nested more than 124 levels deep"), "{refusal}");
            args.push(&1).unwrap().push(&2).unwrap();
            assert_eq!(args.finish(), to_bytes(format, &[1, 2]).unwrap(), "nothing is left of it");
        }
    }
}

/// They are nothing on the wire, and levels of the stack all the same.
#[test]
fn what_is_wrapped_without_end_is_refused() {
    for (as_what, format) in
        [Level::Newtype, Level::Some].into_iter().flat_map(|level| FORMATS.map(|to| (level, to)))
    {
        to_bytes(format, &Nested { levels: 200, as_what }).unwrap();
        let value = Nested { levels: 100_000, as_what };
        to_bytes(format, &value).unwrap_err();
        to_bytes(format, &BTreeMap::from([(1, value)])).unwrap_err();
    }
}
