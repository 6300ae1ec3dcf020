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
        match self {
            Self::NotFound => ::core::option::Option::None,
            Self::PlayerNotFound { player_id: value_0, r#type: value_1 } => {
                ::callboard::__private::metadata([
                    (
                        "playerId",
                        <String as ::callboard::__private::ErrorField>::to_value(value_0),
                    ),
                    (
                        "type",
                        <Option<
                            u64,
                        > as ::callboard::__private::ErrorField>::to_value(value_1),
                    ),
                ])
            }
            Self::Custom(value) => {
                ::core::option::Option::Some(
                    <String as ::callboard::__private::ErrorField>::to_value(value),
                )
            }
            Self::Over(value_0, value_1) => {
                ::core::option::Option::Some(
                    ::core::iter::FromIterator::from_iter([
                        <u32 as ::callboard::__private::ErrorField>::to_value(value_0),
                        <u32 as ::callboard::__private::ErrorField>::to_value(value_1),
                    ]),
                )
            }
            Self::Broken { .. } => ::core::option::Option::None,
        }
    }
    fn restore(
        code: &str,
        metadata: ::core::option::Option<&::callboard::__private::Value>,
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
    fn is_internal(&self) -> bool {
        ::core::matches!(self, Self::Broken { .. })
    }
}
