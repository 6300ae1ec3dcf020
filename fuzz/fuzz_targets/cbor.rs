#![no_main]

use callboard::wire::{Encoding, Format};
use callboard_fuzz::{read_messages, read_values};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    read_messages(Encoding::Cbor, bytes);
    read_values(Format::Cbor, bytes);
});
