//! Programs that must compile and run: the way out of each mistake in `fail`, and what else can be written.
//!
//! They are the modules of one program, which costs less than linking one for each. Two ask something of a whole
//! crate: those are targets of their own, see `Cargo.toml`.

// A program shows what can be written, also where it then uses less of it.
#![allow(dead_code)]
// And it shows odd things on purpose.
#![allow(
    clippy::assertions_on_constants,
    clippy::mixed_attributes_style,
    clippy::needless_arbitrary_self_type,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::wrong_self_convention
)]

mod args {
    mod pass {
        mod ephemeral_and_hibernate;
        mod every_argument;
        mod interval_without_relaxed;
        mod l25_names;
        mod name_without_quotes;
        mod near_the_framework;
        mod settings;
        mod unknown_actor_argument;
    }
}

mod client {
    mod pass {
        mod input;
        mod input_missing;
        mod l05_r09_wrong_order;
        mod l18_r03_on_a_handle;
        mod r17_connection_action_on_handle;
        mod r17_scheduled_connection_action;
        mod r30_not_an_actor;
        mod r32_params_and_input;
        mod stubs;
    }
}

mod contract {
    mod pass {
        mod argument_count;
        mod arguments_elsewhere;
        mod client_of_the_actor;
        mod future_not_send;
        mod hooks_in_the_trait;
        mod hygiene;
        mod l02_event_of_another;
        mod missing_action;
        mod not_a_contract;
        mod not_only_actions;
        mod wrong_receiver;
    }
}

mod errors {
    mod pass {
        mod every_shape;
        mod field_without_serde;
        mod one_code;
        mod status;
        mod without_message;
    }
}

mod events {
    mod pass {
        mod broadcast_and_listen;
        mod debug;
        mod l02_broadcast_undeclared;
        mod l13_listed_twice;
        mod l16_l19_r33_on_undeclared;
        mod l21_r39_every_shape;
        mod listener;
        mod listener_misses_one;
        mod one_variant;
        mod r41_a_dropped_subscription_listens;
        mod slow;
        mod without_name;
    }
}

mod hooks {
    mod pass {
        mod all_hooks;
        mod connect_beside;
        mod connect_beside_answers;
        mod connect_beside_caller;
        mod connect_beside_params;
        mod connect_with_value;
        mod future_not_send;
        mod migrate_nothing;
        mod named_like_the_trait;
        mod no_first_state;
        mod r16_l11_connection_state;
        mod raw_handlers;
        mod request_arguments;
        mod request_lends_ctx;
        mod request_misses;
        mod run_with_self;
        mod socket_with_self;
        mod state_change_writes;
        mod state_without_serde;
        mod subscribe;
        mod two_params;
        mod wake_with_value;
    }
}

mod impl_block {
    mod pass {
        mod chat_room;
        mod conditions;
        mod everything_at_once;
        mod generic;
        mod in_a_function;
        mod in_a_macro;
        mod no_implicit_prelude;
        mod on_a_struct;
        mod on_a_trait_impl;
        mod other_items;
        mod own_names;
        mod twice;
    }
}

mod queues {
    mod pass {
        mod every_shape;
    }
}

mod readme {
    mod pass {
        mod mistyped_event;
    }
}

mod signature {
    mod pass {
        mod argument_without_serde;
        mod borrowed_argument;
        mod ctx_last;
        mod error_without_message;
        mod every_form;
        mod future_not_send;
        mod generic_action;
        mod l12_finding_gives_an_option;
        mod l25_one_wire_name;
        mod lifetimes;
        mod pattern_argument;
        mod reserved_name;
        mod self_by_value;
        mod shapes;
        mod two_attributes;
    }
}
