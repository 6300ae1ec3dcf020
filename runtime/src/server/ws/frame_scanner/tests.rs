use super::*;

/// A frame of a client, whose mask is no zero.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [7, 11, 13, 17];
    let mut frame = whole_frame(first & 0x0f, payload);
    frame[0] = first;
    let begin = frame.len() - payload.len();
    frame[begin - 4..begin].copy_from_slice(&MASK);
    for (at, byte) in frame[begin..].iter_mut().enumerate() {
        *byte ^= MASK[at % 4];
    }
    frame
}

fn letters(length: usize) -> Vec<u8> {
    (0..length).map(|at| b'a' + u8::try_from(at % 23).expect("it is small")).collect()
}

/// What passes of these bytes in pieces, and what is too long among them.
fn pass(scanner: &mut FrameScanner, bytes: &[u8], piece: usize) -> (Vec<u8>, Vec<TooLong>) {
    let (mut passed, mut found) = (Vec::new(), Vec::new());
    for bytes in bytes.chunks(piece) {
        let next = scanner.scan(bytes);
        passed.extend(&bytes[..next.front]);
        passed.extend(next.rest);
        found.extend(std::iter::from_fn(|| scanner.take_too_long()));
        let kept = scanner.collected().map_or(0, |collected| collected.kept.capacity());
        assert!(kept <= 2 * KEPT.max(piece).max(LONGEST), "{kept} are kept");
    }
    (passed, found)
}

const LONGEST: usize = 10_000;
const AT_MOST: usize = 100_000;
const PIECES: [usize; 7] = [1, 2, 3, 7, 1000, 4096, 1_000_000];

fn scanner() -> FrameScanner {
    FrameScanner::new(LONGEST, AT_MOST)
}

#[test]
fn messages_end_with_their_last_frame_however_the_bytes_come() {
    let frames = [
        (frame(0x81, b""), true),
        (frame(0x82, b"hello"), true),
        (frame(0x01, b"a"), false),
        (frame(0x89, b"ab"), false),
        (frame(0x00, &letters(256)), false),
        (frame(0x80, &letters(65_536)), true),
        (frame(0x8a, b""), true),
    ];
    for piece in PIECES {
        let mut scanner = FrameScanner::default();
        assert!(scanner.is_between_messages());
        for (frame, is_whole) in &frames {
            let (last, before) = frame.split_last().expect("it has a head");
            let mut passed = Vec::new();
            for bytes in before.chunks(piece).chain([&[*last][..]]) {
                let next = scanner.scan(bytes);
                passed.extend(&bytes[..next.front]);
                passed.extend(next.rest);
                let is_last = passed.len() == frame.len();
                assert_eq!(
                    (next.has_ended, scanner.is_between_messages()),
                    (is_last && *is_whole, is_last && *is_whole)
                );
            }
            assert_eq!(passed, *frame, "all of it passes");
        }
    }
    let all: Vec<u8> = frames.iter().flat_map(|(frame, _)| frame.clone()).collect();
    let mut scanner = FrameScanner::default();
    assert!(scanner.scan(&all).has_ended && scanner.is_between_messages());
    assert!(scanner.scan(&all[..all.len() - 1]).has_ended, "those before the last one");
    assert!(!scanner.is_between_messages());
}

#[test]
fn a_message_at_the_limit_passes_and_one_beyond_it_is_told_by_its_beginning() {
    for piece in PIECES {
        for is_text in [true, false] {
            let first = if is_text { 0x81 } else { 0x82 };
            for length in [LONGEST, LONGEST + 1, 65_535, 65_536, AT_MOST] {
                let (before, after) = (frame(first, b"before"), frame(first, b"after"));
                let long = frame(first, &letters(length));
                let all = [&before[..], &long, &after].concat();
                let mut scanner = scanner();
                let (passed, found) = pass(&mut scanner, &all, piece);
                assert!(scanner.is_between_messages() && scanner.partial.is_none());
                if length == LONGEST {
                    assert!(passed == all && found.is_empty());
                } else {
                    assert!(passed == [before, after].concat(), "those around it are not touched");
                    let beginning = letters(length)[..KEPT].to_vec().into();
                    assert_eq!(found, [TooLong::Skipped { is_text, beginning }]);
                }
            }
        }
    }
}

#[test]
fn fragments_count_together_and_pings_between_them_pass() {
    for piece in PIECES {
        let ping = frame(0x89, b"ping");
        let fragments = |lengths: &[usize]| {
            let mut bytes = frame(0x01, b"<");
            for length in lengths {
                bytes.extend(&ping);
                bytes.extend(frame(0x00, &letters(*length)));
            }
            bytes.extend(frame(0x80, b">"));
            bytes.extend(frame(0x81, b"after"));
            bytes
        };
        let after = frame(0x81, b"after");
        let (passed, found) = pass(&mut scanner(), &fragments(&[4_000, 0, 5_998]), piece);
        let whole = [b"<", &letters(4_000)[..], &letters(5_998), b">"].concat();
        assert_eq!(whole.len(), LONGEST);
        assert!(
            passed == [&ping.repeat(3)[..], &whole_frame(1, &whole), &after].concat() && found.is_empty()
        );

        for lengths in [&[4_000, 0, 5_999][..], &[9_000, 9_000, 9_000], &[50_000], &vec![1; 10_000]] {
            let (passed, found) = pass(&mut scanner(), &fragments(lengths), piece);
            assert!(passed == [&ping.repeat(lengths.len())[..], &after].concat());
            let [TooLong::Skipped { is_text: true, beginning }] = &found[..] else { panic!("{found:?}") };
            assert!(beginning.len() == KEPT && beginning.starts_with(b"<a"));
        }
    }
}

#[test]
fn many_that_are_too_long_in_one_piece_are_told_one_by_one() {
    let bytes = frame(0x81, b"too long").repeat(100);
    let (passed, found) = pass(&mut FrameScanner::new(7, 100), &bytes, bytes.len());
    assert!(passed.is_empty());
    let expected = TooLong::Skipped { is_text: true, beginning: Bytes::from_static(b"too long") };
    assert!(found.len() == 100 && found.iter().all(|found| *found == expected));
}

#[test]
fn what_is_longer_than_is_passed_over_is_told_at_its_head() {
    let mut head = vec![0x82, 0xff];
    head.extend(u64::MAX.to_be_bytes());
    head.extend([0; 4]);
    assert_eq!(pass(&mut scanner(), &head, 3), (Vec::new(), vec![TooLong::Endless]));
    let fragments = [frame(0x02, &letters(60_000)), frame(0x00, &letters(60_000))].concat();
    let (passed, found) = pass(&mut scanner(), &fragments, 1000);
    assert!(passed.is_empty() && matches!(found[..], [TooLong::Skipped { .. }, TooLong::Endless]));
}

#[test]
fn breaches_of_the_protocol_reach_the_layer() {
    for breach in [
        // Without a mask; reserved bits; a reserved opcode; the end of nothing.
        vec![0x81, 0x01, b'x'],
        frame(0xc1, &letters(20_000)),
        frame(0x83, &letters(20_000)),
        frame(0x80, &letters(20_000)),
    ] {
        assert_eq!(pass(&mut scanner(), &breach, 5).0, breach);
    }
    // A message within another one.
    let bytes = [frame(0x01, b"half"), frame(0x81, b"another")].concat();
    assert!(pass(&mut scanner(), &bytes, 5).0.starts_with(&BREACH));
}
