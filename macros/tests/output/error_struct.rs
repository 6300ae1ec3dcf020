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
        crate::rt::__private::view_metadata(self)
    }
    fn restore(
        code: &str,
        metadata: ::core::option::Option<&crate::rt::__private::Value>,
    ) -> ::core::option::Option<Self> {
        crate::rt::__private::restore_error(code, metadata)
    }
    fn encode_metadata(&self) -> ::core::option::Option<crate::rt::__private::Metadata> {
        match self {
            Self { limit: value_0 } => {
                ::core::option::Option::Some({
                    let mut fields = crate::rt::__private::NamedFields::new(1usize);
                    <T as crate::rt::__private::ErrorField>::push_field(
                        value_0,
                        "limit",
                        &mut fields,
                    );
                    fields.finish()
                })
            }
        }
    }
    fn decode_metadata(
        code: &str,
        metadata: ::core::option::Option<&crate::rt::__private::Metadata>,
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
