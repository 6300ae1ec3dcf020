#![no_main]

use callboard::wire::Encoding;
use callboard_fuzz::read_messages;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| read_messages(Encoding::Bare, bytes));
