//! Which of a peer's bytes the WebSocket layer gets to see: all but those of messages that are too long.

use std::collections::VecDeque;

use bytes::Bytes;

use super::frame_head::{BREACH, FrameHead, whole_frame};

/// How much is kept of a message that is too long: its beginning, which says what it was.
pub(in crate::server) const KEPT: usize = 4 << 10;

/// Follows the frames of a WebSocket: where its messages end, and which are too long. Whether they are any good is for
/// the WebSocket layer to judge.
#[derive(Debug, Default)]
pub(in crate::server) struct FrameFilter {
    /// Bytes of the frame that is being read which are still to come.
    left: u64,
    /// Between two frames of a message that passes as it is.
    in_message: bool,
    /// What is to be done with messages that are too long; nothing if all pass as they are.
    bounds: Option<Bounds>,
    rare: Option<Box<Rare>>,
}

/// The longest message that passes, and the longest that is passed over.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    longest: u64,
    at_most: u64,
}

/// What there is of few connections.
#[derive(Debug, Default)]
struct Rare {
    /// The beginning of a frame's head.
    head: Vec<u8>,
    collected: Option<Collected>,
    found: VecDeque<TooLong>,
}

/// A message that comes in several frames, or is too long. The layer does not see it before it is whole.
#[derive(Debug)]
struct Collected {
    /// What it is.
    opcode: u8,
    length: u64,
    fate: Fate,
    /// All of it, or the beginning of one that is too long, until that is told.
    kept: Vec<u8>,
    /// Of the frame that is being read.
    mask: [u8; 4],
    /// Whether that is one of this message's.
    in_frame: bool,
    is_last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Passes,
    /// It is too long.
    IsSkipped,
    /// The same, and it was told.
    IsTold,
}

/// A message that is too long.
#[derive(Debug, PartialEq)]
pub(in crate::server) enum TooLong {
    /// It is passed over, and this is its beginning.
    Skipped { is_text: bool, beginning: Bytes },
    /// There is more of it than is passed over.
    Endless,
}

/// What passes of some bytes.
#[derive(Debug, Default)]
pub(in crate::server) struct Passed {
    /// So many at their front, as they are.
    pub(in crate::server) front: usize,
    /// And then these.
    pub(in crate::server) rest: Vec<u8>,
    /// A message has ended among them.
    pub(in crate::server) has_ended: bool,
    /// Something was withheld, so that what follows is no front.
    is_cut: bool,
}

impl FrameFilter {
    /// One that passes over messages of more than `longest` bytes, up to `at_most`.
    pub(in crate::server) fn new(longest: usize, at_most: usize) -> Self {
        let bounds = Bounds { longest: longest as u64, at_most: at_most.max(longest) as u64 };
        Self { bounds: Some(bounds), ..Self::default() }
    }

    /// Whether everything so far is whole messages.
    pub(in crate::server) fn is_at_edge(&self) -> bool {
        self.left == 0 && !self.in_message && self.withheld().is_empty() && self.collected().is_none()
    }

    /// Whether the layer has whole messages.
    pub(in crate::server) fn is_layer_at_edge(&self) -> bool {
        !self.in_message && (self.left == 0 || self.collected().is_some_and(|collected| collected.in_frame))
    }

    /// The head of a frame that is half read.
    pub(in crate::server) fn withheld(&self) -> &[u8] {
        self.rare.as_ref().map_or(&[], |rare| &rare.head)
    }

    /// Whether there is one to [take](Self::take_too_long).
    pub(in crate::server) fn has_too_long(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| !rare.found.is_empty())
    }

    /// The next message that was too long.
    pub(in crate::server) fn take_too_long(&mut self) -> Option<TooLong> {
        let found = self.rare.as_mut()?.found.pop_front();
        self.tidy();
        found
    }

    /// Nobody asks for those any more.
    pub(in crate::server) fn forget_too_long(&mut self) {
        while self.take_too_long().is_some() {}
    }

    /// Takes the next bytes of the peer.
    pub(in crate::server) fn take(&mut self, mut bytes: &[u8]) -> Passed {
        let mut passed = Passed::default();
        while !bytes.is_empty() {
            let is_frame = if self.left == 0 { self.take_head(&mut bytes, &mut passed) } else { true };
            if is_frame {
                self.take_payload(&mut bytes, &mut passed);
            }
        }
        self.tidy();
        passed
    }

    /// Whether the head is whole.
    fn take_head(&mut self, bytes: &mut &[u8], passed: &mut Passed) -> bool {
        let withheld = self.rare.as_mut().map(|rare| std::mem::take(&mut rare.head)).unwrap_or_default();
        let known = withheld.len();
        let bytes_of_it = if known == 0 { *bytes } else { &[&withheld[..], bytes].concat() };
        let Some(head) = FrameHead::parse(bytes_of_it) else {
            self.rare_mut().head = bytes_of_it.to_vec();
            (*bytes, passed.is_cut) = (&[], true);
            return false;
        };
        let head_bytes = &bytes_of_it[..head.bytes];
        self.left = head.length;
        if self.collects(&head) {
            passed.is_cut = true;
        } else if self.collected().is_some() && !head.is_control() && !head.continues() && head.is_sound() {
            // The layer does not know that there is half a message.
            passed.put(&BREACH);
        } else if known == 0 {
            passed.pass(head_bytes);
        } else {
            passed.put(head_bytes);
        }
        *bytes = &bytes[head.bytes - known..];
        true
    }

    /// Whether a frame is collected, of which this is the head.
    fn collects(&mut self, head: &FrameHead) -> bool {
        let Some(Bounds { longest, at_most }) = self.bounds else {
            if !head.is_control() {
                self.in_message = !head.is_final();
            }
            return false;
        };
        let begins = head.is_text() || head.is_binary();
        let goes_on = head.continues() && self.collected().is_some();
        let is_alone = begins && head.is_final() && head.length <= longest;
        if !head.is_sound() || is_alone || !(goes_on || begins && self.collected().is_none()) {
            return false;
        }
        let rare = self.rare_mut();
        let collected = rare.collected.get_or_insert_with(|| Collected::new(head.opcode()));
        collected.begin_frame(head);
        if collected.length > longest {
            rare.found.extend(collected.cut());
        }
        if collected.length > at_most {
            rare.found.push_back(TooLong::Endless);
        }
        true
    }

    fn take_payload(&mut self, bytes: &mut &[u8], passed: &mut Passed) {
        let length = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let (payload, rest) = bytes.split_at(length);
        *bytes = rest;
        self.left -= length as u64;
        match self.rare.as_deref_mut() {
            Some(Rare { collected: Some(collected), found, .. }) if collected.in_frame => {
                passed.is_cut = true;
                found.extend(collected.take(payload));
            }
            _ => passed.pass(payload),
        }
        if self.left == 0 {
            self.end_frame(passed);
        }
    }

    fn end_frame(&mut self, passed: &mut Passed) {
        if let Some(rare) = self.rare.as_deref_mut()
            && let Some(collected) = rare.collected.as_mut().filter(|collected| collected.in_frame)
        {
            collected.in_frame = false;
            if collected.is_last {
                match collected.fate {
                    Fate::Passes => passed.put(&whole_frame(collected.opcode, &collected.kept)),
                    Fate::IsSkipped => rare.found.push_back(collected.tell()),
                    Fate::IsTold => {}
                }
                rare.collected = None;
            }
        }
        passed.has_ended |= self.is_at_edge();
    }

    fn collected(&self) -> Option<&Collected> {
        self.rare.as_ref()?.collected.as_ref()
    }

    fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    fn tidy(&mut self) {
        let is_needless =
            |rare: &Rare| rare.head.is_empty() && rare.collected.is_none() && rare.found.is_empty();
        self.rare.take_if(|rare| is_needless(rare));
    }
}

impl Collected {
    fn new(opcode: u8) -> Self {
        Self {
            opcode,
            length: 0,
            fate: Fate::Passes,
            kept: Vec::new(),
            mask: [0; 4],
            in_frame: false,
            is_last: false,
        }
    }

    fn begin_frame(&mut self, head: &FrameHead) {
        self.length = self.length.saturating_add(head.length);
        (self.in_frame, self.is_last, self.mask) = (true, head.is_final(), head.mask.unwrap_or_default());
    }

    /// It is too long: its beginning is enough, and told as soon as it is there.
    fn cut(&mut self) -> Option<TooLong> {
        if self.fate == Fate::Passes {
            self.fate = Fate::IsSkipped;
            self.kept.truncate(KEPT);
        }
        self.tell_if_due()
    }

    fn take(&mut self, payload: &[u8]) -> Option<TooLong> {
        let room = match self.fate {
            Fate::Passes => payload.len(),
            Fate::IsSkipped => KEPT - self.kept.len(),
            Fate::IsTold => 0,
        };
        let masked = payload.iter().take(room);
        self.kept.extend(masked.zip(self.mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        // The next piece goes on where this one has ended.
        self.mask.rotate_left(payload.len() % 4);
        self.tell_if_due()
    }

    fn tell_if_due(&mut self) -> Option<TooLong> {
        (self.fate == Fate::IsSkipped && self.kept.len() == KEPT).then(|| self.tell())
    }

    fn tell(&mut self) -> TooLong {
        self.fate = Fate::IsTold;
        let is_text = FrameHead::is_text_code(self.opcode);
        // A copy has no more room than it needs.
        TooLong::Skipped { is_text, beginning: Bytes::copy_from_slice(&std::mem::take(&mut self.kept)) }
    }
}

impl Passed {
    fn pass(&mut self, bytes: &[u8]) {
        if self.is_cut {
            self.rest.extend_from_slice(bytes);
        } else {
            self.front += bytes.len();
        }
    }

    /// Something else than what has come.
    fn put(&mut self, bytes: &[u8]) {
        self.is_cut = true;
        self.rest.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests;
