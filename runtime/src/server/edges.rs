//! Where a peer's messages end.

/// Follows the bytes of a WebSocket as far as to tell whether a message is half read. Whether they are any good is for
/// the socket to judge.
#[derive(Debug, Default)]
pub(super) struct Edges {
    at: At,
    /// A message has begun that has more frames to come.
    in_message: bool,
}

/// What the next byte is.
#[derive(Debug, Default, Clone, Copy)]
enum At {
    #[default]
    First,
    Second,
    /// One of so many more bytes of the length, or of the mask after it; and the length so far.
    Length {
        left: u8,
        mask: u8,
        length: u64,
    },
    Mask {
        left: u8,
        length: u64,
    },
    /// One of so many of the payload.
    Payload(u64),
}

const FINAL: u8 = 0x80;
const CONTROL: u8 = 0x08;
const MASKED: u8 = 0x80;

impl Edges {
    /// Whether everything so far is whole messages.
    pub(super) fn is_at_one(&self) -> bool {
        matches!(self.at, At::First) && !self.in_message
    }

    /// Says whether a message has ended among these bytes.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) -> bool {
        let mut has_ended = false;
        while let Some((&byte, rest)) = bytes.split_first() {
            bytes = rest;
            self.at = match self.at {
                At::First => {
                    if byte & CONTROL == 0 {
                        self.in_message = byte & FINAL == 0;
                    }
                    At::Second
                }
                At::Second => {
                    let mask = if byte & MASKED == 0 { 0 } else { 4 };
                    match byte & !MASKED {
                        126 => At::Length { left: 2, mask, length: 0 },
                        127 => At::Length { left: 8, mask, length: 0 },
                        length => At::mask(mask, length.into()),
                    }
                }
                At::Length { left, mask, length } => {
                    let length = length << 8 | u64::from(byte);
                    if left > 1 {
                        At::Length { left: left - 1, mask, length }
                    } else {
                        At::mask(mask, length)
                    }
                }
                At::Mask { left, length } => At::mask(left - 1, length),
                At::Payload(left) => {
                    let skipped = left.min(bytes.len() as u64 + 1) - 1;
                    bytes = bytes.get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default();
                    At::payload(left - 1 - skipped)
                }
            };
            has_ended |= self.is_at_one();
        }
        has_ended
    }
}

impl At {
    fn mask(left: u8, length: u64) -> Self {
        if left > 0 { Self::Mask { left, length } } else { Self::payload(length) }
    }

    fn payload(left: u64) -> Self {
        if left > 0 { Self::Payload(left) } else { Self::First }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of one after the other, and whether everything is whole after each.
    fn frames() -> Vec<(Vec<u8>, bool)> {
        let frame = |head: &[u8], payload: usize| [head, &vec![0xff; payload]].concat();
        vec![
            (frame(&[0x81, 0x80, 0x81, 1, 2, 3], 0), true),
            (frame(&[0x82, 0x85, 0, 0, 0, 0], 5), true),
            (frame(&[0x01, 0x81, 0, 0, 0, 0], 1), false),
            (frame(&[0x89, 0x82, 0, 0, 0, 0], 2), false),
            (frame(&[0x00, 0xfe, 1, 0, 0, 0, 0, 0], 256), false),
            (frame(&[0x80, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 9, 9, 9, 9], 65_536), true),
            (frame(&[0x8a, 0x80, 0, 0, 0, 0], 0), true),
        ]
    }

    #[test]
    fn messages_end_with_their_last_frame_however_the_bytes_come() {
        for piece in [1, 2, 3, 7, 1000, 100_000] {
            let mut edges = Edges::default();
            assert!(edges.is_at_one());
            for (frame, whole) in frames() {
                let last = frame.len() - 1;
                for bytes in frame[..last].chunks(piece) {
                    assert!(!edges.follow(bytes));
                    assert!(!edges.is_at_one());
                }
                assert_eq!(edges.follow(&frame[last..]), whole);
                assert_eq!(edges.is_at_one(), whole);
            }
        }
    }

    #[test]
    fn several_frames_in_one_piece_are_told_apart() {
        let all: Vec<u8> = frames().into_iter().flat_map(|(frame, _)| frame).collect();
        let mut edges = Edges::default();
        assert!(edges.follow(&all));
        assert!(edges.is_at_one());
        assert!(edges.follow(&all[..all.len() - 1]), "the ones before");
        assert!(!edges.is_at_one());
    }

    #[test]
    fn a_claimed_length_of_all_bits_is_waited_for() {
        let mut edges = Edges::default();
        edges.follow(&[0x82, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 1, 2, 3]);
        edges.follow(&[0; 5000]);
        assert!(!edges.is_at_one());
    }
}
