// Made from tests/input/error_struct.rs

#[automatically_derived]
#[allow(deprecated)]
impl<T> crate::rt::ActorError for Full<T> {
    fn code(&self) -> &'static str {
        match self {
            Self { .. } => "room_full",
        }
    }
    fn metadata(&self) -> ::core::option::Option<crate::rt::__private::Value> {
        match self {
            Self { limit: value_0 } => {
                crate::rt::__private::metadata([
                    ("limit", <T as crate::rt::__private::ErrorField>::to_value(value_0)),
                ])
            }
        }
    }
    fn restore(
        code: &str,
        metadata: ::core::option::Option<&crate::rt::__private::Value>,
    ) -> ::core::option::Option<Self> {
        let _ = metadata;
        match code {
            "room_full" => {
                ::core::option::Option::Some(Self {
                    limit: <T as crate::rt::__private::ErrorField>::field(
                        metadata,
                        "limit",
                    )?,
                })
            }
            _ => ::core::option::Option::None,
        }
    }
}
