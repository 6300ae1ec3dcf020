//! Reads the messages that clients usually send, in one pass and without a copy.
//!
//! It knows the forms in which JavaScript's and Rust's clients write: no white space between the fields, no escapes in
//! their names, each of them once. Whatever else a message may be, the answer is `None`, and the general way
//! ([`ToServer`](super::ToServer)) decides what it means, or what is wrong with it. So what is read here must be
//! exactly what the general way would read; `to_server/tests/` compares the two.

use std::borrow::Cow;

use super::{
    Format,
    cbor::reader::{Item, MAX_DEPTH, Reader},
    client_message::ClientMessage,
    encoded_args::EncodedArgs,
    json_array::JsonArray,
};

/// The message of a frame in JSON, if it is a usual one.
pub(super) fn json(frame: &str) -> Option<ClientMessage<'_>> {
    let mut json = Json { rest: frame, is_first: true };
    let message = message(&mut json)?;
    json.take("}}}")?;
    json.rest.is_empty().then_some(message)
}

/// The message of a frame in CBOR, if it is a usual one.
pub(super) fn cbor(frame: &[u8]) -> Option<ClientMessage<'_>> {
    let mut cbor = Cbor(Reader::new(frame));
    let message = message(&mut cbor)?;
    cbor.0.finish().ok().map(|()| message)
}

/// `{body: {tag, val: {..}}}`, up to the end of the last field.
fn message<'a>(frame: &mut impl Fields<'a>) -> Option<ClientMessage<'a>> {
    frame.object(1)?;
    frame.field("body")?;
    frame.object(2)?;
    frame.field("tag")?;
    match frame.text()? {
        "ActionRequest" => {
            frame.field("val")?;
            call(frame)
        }
        "SubscriptionRequest" => {
            frame.field("val")?;
            subscription(frame)
        }
        _ => None,
    }
}

/// Three fields in any order. If one is there twice, another one is missing.
fn call<'a>(frame: &mut impl Fields<'a>) -> Option<ClientMessage<'a>> {
    let (mut id, mut action, mut args) = (None, None, None);
    frame.object(3)?;
    for _ in 0..3 {
        if frame.field("id").is_some() {
            id = Some(frame.id()?);
        } else if frame.field("name").is_some() {
            action = Some(frame.text()?);
        } else {
            frame.field("args")?;
            args = Some(frame.args()?);
        }
    }
    Some(ClientMessage::Call { id: id?, action: action?.into(), args: args? })
}

fn subscription<'a>(frame: &mut impl Fields<'a>) -> Option<ClientMessage<'a>> {
    let (mut event, mut on) = (None, None);
    frame.object(2)?;
    for _ in 0..2 {
        if frame.field("eventName").is_some() {
            event = Some(frame.text()?);
        } else {
            frame.field("subscribe")?;
            on = Some(frame.bool()?);
        }
    }
    Some(ClientMessage::Subscription { event: event?.into(), on: on? })
}

/// A cursor in a frame. Each method reads what is next, or gives `None` if that is anything else or not usual.
trait Fields<'a> {
    /// The beginning of an object of this many fields.
    fn object(&mut self, fields: u8) -> Option<()>;

    /// The name of a field, whose value follows. Nothing is read if it is another one.
    fn field(&mut self, name: &str) -> Option<()>;

    fn text(&mut self) -> Option<&'a str>;

    fn bool(&mut self) -> Option<bool>;

    /// The id of a call.
    fn id(&mut self) -> Option<u64>;

    /// An array, which is looked through but not read.
    fn args(&mut self) -> Option<EncodedArgs<'a>>;
}

struct Json<'a> {
    rest: &'a str,
    /// Whether an object has just begun, so that no comma is before the next field.
    is_first: bool,
}

impl<'a> Json<'a> {
    fn take(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    /// Digits up to anything else; at most 19, so that they fit.
    fn digits(&mut self) -> Option<&'a str> {
        let end = self.rest.bytes().position(|byte| !byte.is_ascii_digit())?;
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        (1..=19).contains(&end).then_some(digits)
    }
}

impl<'a> Fields<'a> for Json<'a> {
    /// How many fields there are is seen at the end of the frame.
    fn object(&mut self, _: u8) -> Option<()> {
        self.is_first = true;
        self.take("{")
    }

    fn field(&mut self, name: &str) -> Option<()> {
        let before = if self.is_first { "\"" } else { ",\"" };
        self.rest = self.rest.strip_prefix(before)?.strip_prefix(name)?.strip_prefix("\":")?;
        self.is_first = false;
        Some(())
    }

    fn text(&mut self) -> Option<&'a str> {
        let text = self.rest.strip_prefix('"')?;
        let end = text.bytes().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
        self.rest = text[end..].strip_prefix('"')?;
        Some(&text[..end])
    }

    fn bool(&mut self) -> Option<bool> {
        match self.take("true") {
            Some(()) => Some(true),
            None => self.take("false").map(|()| false),
        }
    }

    /// A number, or a `BigInt` as JavaScript writes it.
    fn id(&mut self) -> Option<u64> {
        if self.take("[\"$BigInt\",\"").is_some() {
            let digits = self.digits()?;
            self.take("\"]")?;
            return digits.parse().ok();
        }
        let digits = self.digits()?;
        (digits == "0" || !digits.starts_with('0')).then(|| digits.parse().ok())?
    }

    fn args(&mut self) -> Option<EncodedArgs<'a>> {
        let (array, rest) = JsonArray::split_from(self.rest)?;
        self.rest = rest;
        Some(EncodedArgs::of_array(array))
    }
}

struct Cbor<'a>(Reader<'a>);

/// How deep arguments may nest: two of the levels are the objects around them.
const ARGS_DEPTH: u8 = MAX_DEPTH - 2;

impl<'a> Fields<'a> for Cbor<'a> {
    /// JavaScript writes the number of fields in two bytes.
    fn object(&mut self, fields: u8) -> Option<()> {
        (self.0.take_if(&[0xa0 | fields]) || self.0.take_if(&[0xb9, 0, fields])).then_some(())
    }

    fn field(&mut self, name: &str) -> Option<()> {
        let mut ahead = self.0;
        let head = 0x60 | u8::try_from(name.len()).ok()?;
        (ahead.take_if(&[head]) && ahead.take_if(name.as_bytes())).then(|| self.0 = ahead)
    }

    fn text(&mut self) -> Option<&'a str> {
        match self.0.item().ok()? {
            Item::Text(Cow::Borrowed(text)) => Some(text),
            _ => None,
        }
    }

    fn bool(&mut self) -> Option<bool> {
        match self.0.item().ok()? {
            Item::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn id(&mut self) -> Option<u64> {
        match self.0.item().ok()? {
            Item::Unsigned(id) => Some(id),
            _ => None,
        }
    }

    fn args(&mut self) -> Option<EncodedArgs<'a>> {
        const ARRAY: u8 = 4;
        let is_array = self.0.peek()? >> 5 == ARRAY;
        let array = is_array.then(|| self.0.raw_within(ARGS_DEPTH).ok())??;
        Some(EncodedArgs::new(Format::Cbor, array))
    }
}
