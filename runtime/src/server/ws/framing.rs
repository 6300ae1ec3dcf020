//! Messages as frames.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use crate::delivery::{batch::Batch, outgoing_message::OutgoingMessage};

/// Messages as frames, one after the other: one write is cheaper than one copy. Those that many connections get are
/// copied once for all of them.
pub(crate) fn frames(is_text: bool, batches: &[Arc<Batch>]) -> Bytes {
    if let [batch] = batches {
        return batch.framed(|messages| join(is_text, messages.iter()));
    }
    join(is_text, batches.iter().flat_map(|batch| batch.messages()))
}

/// The same with a ping behind them.
pub(crate) fn followed_by_ping(frames: &[u8], payload: [u8; 8]) -> Bytes {
    const FINAL_PING: [u8; 2] = [0x89, 8];
    Bytes::from([frames, &FINAL_PING, &payload].concat())
}

fn join<'a>(is_text: bool, messages: impl Iterator<Item = &'a OutgoingMessage> + Clone) -> Bytes {
    let length = messages.clone().map(|message| FRAME_HEAD + message.payload.len()).sum();
    let mut frames = BytesMut::with_capacity(length);
    for message in messages {
        put_frame(&mut frames, is_text, &message.payload);
    }
    frames.freeze()
}

/// The most bytes that [`put_frame`] puts before a payload.
const FRAME_HEAD: usize = 10;

/// A message as the one frame that a server sends it in.
fn put_frame(frames: &mut BytesMut, is_text: bool, payload: &[u8]) {
    const FINAL_TEXT: u8 = 0x81;
    const FINAL_BINARY: u8 = 0x82;
    frames.put_u8(if is_text { FINAL_TEXT } else { FINAL_BINARY });
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..=125), _) => frames.put_u8(length),
        (_, Ok(length)) => {
            frames.put_u8(126);
            frames.put_u16(length);
        }
        _ => {
            frames.put_u8(127);
            frames.put_u64(payload.len() as u64);
        }
    }
    frames.put_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_the_shortest_head_for_their_length() {
        for (length, head) in [
            (0, &[0x81, 0][..]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (65_535, &[0x81, 126, 255, 255]),
            (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let mut frame = BytesMut::new();
            put_frame(&mut frame, true, &vec![b'x'; length]);
            assert_eq!(frame[..head.len()], *head);
            assert_eq!(frame.len(), head.len() + length);
        }
        let mut frame = BytesMut::new();
        put_frame(&mut frame, false, b"x");
        assert_eq!(frame[..], [0x82, 1, b'x']);
    }
}
