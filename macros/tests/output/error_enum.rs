// Made from tests/input/error_enum.rs

#[automatically_derived]
#[allow(deprecated)]
impl ::callboard::ActorError for GameError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::PlayerNotFound { .. } => "player_not_found",
            Self::Custom { .. } => "other",
            Self::Over { .. } => "over",
            Self::Broken { .. } => "internal_error",
        }
    }
    fn metadata(&self) -> ::core::option::Option<::callboard::__private::Value> {
        ::callboard::__private::view_metadata(self)
    }
    fn restore(
        code: &str,
        metadata: ::core::option::Option<&::callboard::__private::Value>,
    ) -> ::core::option::Option<Self> {
        ::callboard::__private::restore_error(code, metadata)
    }
    fn encode_metadata(
        &self,
    ) -> ::core::option::Option<::callboard::__private::Metadata> {
        match self {
            Self::NotFound => ::core::option::Option::None,
            Self::PlayerNotFound { player_id: value_0, r#type: value_1 } => {
                ::core::option::Option::Some({
                    let mut fields = ::callboard::__private::NamedFields::new(2usize);
                    <String as ::callboard::__private::ErrorField>::push_field(
                        value_0,
                        "playerId",
                        &mut fields,
                    );
                    <Option<
                        u64,
                    > as ::callboard::__private::ErrorField>::push_field(
                        value_1,
                        "type",
                        &mut fields,
                    );
                    fields.finish()
                })
            }
            Self::Custom(value) => {
                ::core::option::Option::Some(
                    <String as ::callboard::__private::ErrorField>::write_whole(value),
                )
            }
            Self::Over(value_0, value_1) => {
                ::core::option::Option::Some({
                    let mut fields = ::callboard::__private::ListedFields::new(2usize);
                    <u32 as ::callboard::__private::ErrorField>::push_element(
                        value_0,
                        &mut fields,
                    );
                    <u32 as ::callboard::__private::ErrorField>::push_element(
                        value_1,
                        &mut fields,
                    );
                    fields.finish()
                })
            }
            Self::Broken { .. } => ::core::option::Option::None,
        }
    }
    fn decode_metadata(
        code: &str,
        metadata: ::core::option::Option<&::callboard::__private::Metadata>,
    ) -> ::core::option::Option<Self> {
        let _ = metadata;
        match code {
            "not_found" => ::core::option::Option::Some(Self::NotFound),
            "player_not_found" => {
                ::core::option::Option::Some(Self::PlayerNotFound {
                    player_id: <String as ::callboard::__private::ErrorField>::field(
                        metadata,
                        "playerId",
                    )?,
                    r#type: <Option<
                        u64,
                    > as ::callboard::__private::ErrorField>::field(metadata, "type")?,
                })
            }
            "other" => {
                ::core::option::Option::Some(
                    Self::Custom(
                        <String as ::callboard::__private::ErrorField>::whole(metadata)?,
                    ),
                )
            }
            "over" => {
                ::core::option::Option::Some(
                    Self::Over(
                        <u32 as ::callboard::__private::ErrorField>::element(
                            metadata,
                            0usize,
                        )?,
                        <u32 as ::callboard::__private::ErrorField>::element(
                            metadata,
                            1usize,
                        )?,
                    ),
                )
            }
            _ => ::core::option::Option::None,
        }
    }
    fn status(&self) -> ::callboard::__private::StatusCode {
        ::callboard::__private::status(
            match self {
                Self::NotFound { .. } => 409u16,
                Self::PlayerNotFound { .. } => 409u16,
                Self::Custom { .. } => 403u16,
                Self::Over { .. } => 409u16,
                Self::Broken { .. } => 409u16,
            },
        )
    }
    fn is_internal(&self) -> bool {
        ::core::matches!(self, Self::Broken { .. })
    }
}
