#![no_main]

use callboard::{
    Key,
    wire::{input, key},
};

libfuzzer_sys::fuzz_target!(|text: &str| {
    // A key that was read is written and read as the same, in the form that can hold any key.
    for found in [key::from_slash_form(text), key::from_comma_form(text)] {
        assert_eq!(key::from_slash_form(&key::to_slash_form(&found)), found);
    }
    // Two different keys are never written as the same text.
    let parts: Key = Key::from(text.split('\n').collect::<Vec<_>>());
    assert_eq!(key::from_slash_form(&key::to_slash_form(&parts)), parts);
    if let Some(written) = key::to_comma_form(&parts) {
        assert_eq!(key::from_comma_form(&written), parts);
    }
    let _ = input::from_api(text);
    let _ = input::from_query(text);
});
