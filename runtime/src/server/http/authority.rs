//! The rights of a request to the control API: every client may find and make actors; with the control token it may
//! list and destroy them too.
//!
//! The right is a value, [`Control`], that only this file makes: what lists or destroys actors takes one.

use std::{convert::Infallible, sync::Arc};

use axum::extract::FromRequestParts;
use http::{HeaderMap, request};

use super::control_token::ControlToken;
use crate::{Fault, error::faults, server::Gateway};

/// The rights of a request. It is an extractor, so it is worked out once for each request that needs it.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) enum Authority {
    /// No more than every client that reaches the port has, and why.
    Anonymous(Lack),
    /// All of them.
    Control(Control),
}

/// The right to list and to destroy actors.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct Control(());

/// Why a request has no right to list and destroy.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) enum Lack {
    /// The server has no control token.
    Disabled,
    /// The request has no token, or a wrong one.
    NoToken,
}

impl Authority {
    /// Of every request to a router that is behind the user's own layers.
    pub(in crate::server) const TRUSTED: Self = Self::Control(Control(()));

    /// The right to list and to destroy, or the refusal.
    pub(in crate::server) fn control(self) -> Result<Control, Fault> {
        match self {
            Self::Control(control) => Ok(control),
            Self::Anonymous(Lack::Disabled) => Err(faults::control_disabled()),
            Self::Anonymous(Lack::NoToken) => Err(faults::control_unauthorized()),
        }
    }

    fn of(headers: &HeaderMap, token: Option<&ControlToken>) -> Self {
        let Some(token) = token else { return Self::Anonymous(Lack::Disabled) };
        if token.is_in(headers) { Self::TRUSTED } else { Self::Anonymous(Lack::NoToken) }
    }
}

impl FromRequestParts<Arc<Gateway>> for Authority {
    type Rejection = Infallible;

    async fn from_request_parts(
        request: &mut request::Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Infallible> {
        let trusted = request.extensions.get::<Self>().copied();
        Ok(trusted.unwrap_or_else(|| Self::of(&request.headers, gateway.control.as_ref())))
    }
}
