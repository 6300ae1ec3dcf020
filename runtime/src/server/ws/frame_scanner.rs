//! Which of a peer's bytes the WebSocket layer gets to see: all but those of messages that are too long.
//!
//! The layer would end the socket at a message that is longer than it may be. But a call that is too long is to be
//! answered, and the calls after it are to be taken. So the scanner reads the head of every frame before the layer
//! does:
//!
//! - a message in one frame that is short enough passes as it is, without a copy: nearly all do;
//! - a message in several frames is collected, since only its end says how long it is. It passes as one frame;
//! - a message that is too long is skipped. Its first 4 KiB ([`KEPT`]) are kept, which say whose call it was, and
//!   reported as [`TooLong::Skipped`] as soon as they are there. One that is longer than any body may be is
//!   [`TooLong::Endless`];
//! - a head that is not whole is withheld until it is;
//! - control frames pass between the frames of a message that is collected.
//!
//! Whether frames are valid is for the layer to judge: what is not passes as it is, or as [`BREACH`] where the layer
//! could not see what is wrong.

use std::collections::VecDeque;

use bytes::Bytes;

use super::frame_head::{BREACH, FrameHead, whole_frame};

/// Bytes that are kept of the beginning of a message that is too long.
pub(in crate::server) const KEPT: usize = 4 << 10;

/// Follows the frames of a WebSocket: where messages end, and which are too long.
#[derive(Debug, Default)]
pub(in crate::server) struct FrameScanner {
    /// Bytes of the current frame's payload that are still to come.
    frame_left: u64,
    /// Between two frames of a message that passes as it is.
    in_message: bool,
    /// `None` if messages of any length pass as they are.
    bounds: Option<Bounds>,
    /// Boxed, as most connections do without.
    partial: Option<Box<Partial>>,
}

/// The longest message that passes, and the longest that is skipped.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    longest: u64,
    at_most: u64,
}

/// What is withheld of the layer, or is to be reported to the session.
#[derive(Debug, Default)]
struct Partial {
    /// The beginning of a frame's head.
    head: Vec<u8>,
    collected: Option<Collected>,
    too_long: VecDeque<TooLong>,
}

/// A message in several frames, or one that is too long. The layer does not see it before it is whole.
#[derive(Debug)]
struct Collected {
    opcode: u8,
    length: u64,
    fate: Fate,
    /// All of it, or the beginning of one that is too long, until that is reported.
    kept: Vec<u8>,
    /// Of the current frame.
    mask: [u8; 4],
    /// Whether the current frame is one of this message's.
    in_frame: bool,
    /// Whether the current frame is its last one.
    is_last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Passes,
    /// It is too long, which is not reported yet.
    IsSkipped,
    /// It is too long, and that was reported.
    IsReported,
}

/// A message that is too long.
#[derive(Debug, PartialEq)]
pub(in crate::server) enum TooLong {
    /// It is skipped, and this is its beginning.
    Skipped { is_text: bool, beginning: Bytes },
    /// It is longer than anything that is skipped.
    Endless,
}

/// What the layer gets of some bytes.
#[derive(Debug, Default)]
pub(in crate::server) struct Passed {
    /// This many at their front, as they are.
    pub(in crate::server) front: usize,
    /// After those, these.
    pub(in crate::server) rest: Vec<u8>,
    /// A message has ended among them.
    pub(in crate::server) has_ended: bool,
    /// Something was withheld, so that what follows is no front.
    is_cut: bool,
}

impl FrameScanner {
    /// A scanner that skips messages of more than `longest` bytes, up to `at_most`.
    pub(in crate::server) fn new(longest: usize, at_most: usize) -> Self {
        let bounds = Bounds { longest: longest as u64, at_most: at_most.max(longest) as u64 };
        Self { bounds: Some(bounds), ..Self::default() }
    }

    /// Whether everything so far is whole messages.
    pub(in crate::server) fn is_between_messages(&self) -> bool {
        self.frame_left == 0 && !self.in_message && self.withheld().is_empty() && self.collected().is_none()
    }

    /// Whether everything that the layer got so far is whole messages.
    pub(in crate::server) fn has_layer_whole_messages(&self) -> bool {
        !self.in_message
            && (self.frame_left == 0 || self.collected().is_some_and(|collected| collected.in_frame))
    }

    /// The head of a frame that is half read.
    pub(in crate::server) fn withheld(&self) -> &[u8] {
        self.partial.as_ref().map_or(&[], |partial| &partial.head)
    }

    /// Whether there is one to [take](Self::take_too_long).
    pub(in crate::server) fn has_too_long(&self) -> bool {
        self.partial.as_ref().is_some_and(|partial| !partial.too_long.is_empty())
    }

    /// The next message that was too long.
    pub(in crate::server) fn take_too_long(&mut self) -> Option<TooLong> {
        let too_long = self.partial.as_mut()?.too_long.pop_front();
        self.drop_if_empty();
        too_long
    }

    /// Drops what was too long so far.
    pub(in crate::server) fn discard_too_long(&mut self) {
        while self.take_too_long().is_some() {}
    }

    /// Scans the next bytes of the peer.
    pub(in crate::server) fn scan(&mut self, mut bytes: &[u8]) -> Passed {
        let mut passed = Passed::default();
        while !bytes.is_empty() {
            let is_frame = if self.frame_left == 0 { self.scan_head(&mut bytes, &mut passed) } else { true };
            if is_frame {
                self.scan_payload(&mut bytes, &mut passed);
            }
        }
        self.drop_if_empty();
        passed
    }

    /// Reads a head; `false` if it is not whole, and withheld.
    fn scan_head(&mut self, bytes: &mut &[u8], passed: &mut Passed) -> bool {
        let withheld =
            self.partial.as_mut().map(|partial| std::mem::take(&mut partial.head)).unwrap_or_default();
        let known = withheld.len();
        let bytes_of_it = if known == 0 { *bytes } else { &[&withheld[..], bytes].concat() };
        let Some(head) = FrameHead::parse(bytes_of_it) else {
            self.partial_mut().head = bytes_of_it.to_vec();
            (*bytes, passed.is_cut) = (&[], true);
            return false;
        };
        let head_bytes = &bytes_of_it[..head.bytes];
        self.frame_left = head.length;
        if self.collects(&head) {
            passed.is_cut = true;
        } else if self.collected().is_some() && !head.is_control() && !head.continues() && head.is_sound() {
            // The layer does not know that a message is half read, so it would take this one for valid.
            passed.put(&BREACH);
        } else if known == 0 {
            passed.pass(head_bytes);
        } else {
            passed.put(head_bytes);
        }
        *bytes = &bytes[head.bytes - known..];
        true
    }

    /// Whether the frame with this head is collected, or skipped.
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
        let partial = self.partial_mut();
        let collected = partial.collected.get_or_insert_with(|| Collected::new(head.opcode()));
        collected.begin_frame(head);
        if collected.length > longest {
            partial.too_long.extend(collected.cut());
        }
        if collected.length > at_most {
            partial.too_long.push_back(TooLong::Endless);
        }
        true
    }

    fn scan_payload(&mut self, bytes: &mut &[u8], passed: &mut Passed) {
        let length = usize::try_from(self.frame_left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let (payload, rest) = bytes.split_at(length);
        *bytes = rest;
        self.frame_left -= length as u64;
        match self.partial.as_deref_mut() {
            Some(Partial { collected: Some(collected), too_long, .. }) if collected.in_frame => {
                passed.is_cut = true;
                too_long.extend(collected.take(payload));
            }
            _ => passed.pass(payload),
        }
        if self.frame_left == 0 {
            self.end_frame(passed);
        }
    }

    fn end_frame(&mut self, passed: &mut Passed) {
        if let Some(partial) = self.partial.as_deref_mut()
            && let Some(collected) = partial.collected.as_mut().filter(|collected| collected.in_frame)
        {
            collected.in_frame = false;
            if collected.is_last {
                match collected.fate {
                    Fate::Passes => passed.put(&whole_frame(collected.opcode, &collected.kept)),
                    Fate::IsSkipped => partial.too_long.push_back(collected.report()),
                    Fate::IsReported => {}
                }
                partial.collected = None;
            }
        }
        passed.has_ended |= self.is_between_messages();
    }

    fn collected(&self) -> Option<&Collected> {
        self.partial.as_ref()?.collected.as_ref()
    }

    fn partial_mut(&mut self) -> &mut Partial {
        self.partial.get_or_insert_default()
    }

    fn drop_if_empty(&mut self) {
        let is_empty = |partial: &Partial| {
            partial.head.is_empty() && partial.collected.is_none() && partial.too_long.is_empty()
        };
        self.partial.take_if(|partial| is_empty(partial));
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

    /// It is too long: only its beginning is kept, and reported as soon as it is there.
    fn cut(&mut self) -> Option<TooLong> {
        if self.fate == Fate::Passes {
            self.fate = Fate::IsSkipped;
            self.kept.truncate(KEPT);
        }
        self.report_if_due()
    }

    fn take(&mut self, payload: &[u8]) -> Option<TooLong> {
        let room = match self.fate {
            Fate::Passes => payload.len(),
            Fate::IsSkipped => KEPT - self.kept.len(),
            Fate::IsReported => 0,
        };
        let masked = payload.iter().take(room);
        self.kept.extend(masked.zip(self.mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        // The mask of the next piece begins where this piece ends.
        self.mask.rotate_left(payload.len() % 4);
        self.report_if_due()
    }

    fn report_if_due(&mut self) -> Option<TooLong> {
        (self.fate == Fate::IsSkipped && self.kept.len() == KEPT).then(|| self.report())
    }

    fn report(&mut self) -> TooLong {
        self.fate = Fate::IsReported;
        let is_text = FrameHead::is_text_code(self.opcode);
        // A copy, which has no spare capacity.
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

    /// Gives the layer bytes that the peer has not sent like this.
    fn put(&mut self, bytes: &[u8]) {
        self.is_cut = true;
        self.rest.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests;
