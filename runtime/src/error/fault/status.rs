//! The HTTP statuses of faults.

use http::StatusCode;

use crate::Fault;

impl Fault {
    /// The same fault with this HTTP status, where it is the answer to a request.
    ///
    /// One that is no error's (below 400) becomes 500: clients would take the answer for a success.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        let is_error = status.is_client_error() || status.is_server_error();
        self.set_status(if is_error { status } else { StatusCode::INTERNAL_SERVER_ERROR });
        self
    }

    /// The HTTP status of a response that says it: the one that it was [told](Self::with_status), or that of its group and
    /// code. Clients of the protocol look at group and code, and see in the status only that it is an error.
    ///
    /// It does not cross a WebSocket: what comes from there has the one of its group and code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if let Some(status) = self.chosen_status() {
            return status;
        }
        match (self.group(), self.code()) {
            ("auth", "origin_not_allowed" | "host_not_allowed" | "control_disabled") => StatusCode::FORBIDDEN,
            ("auth", "control_unauthorized") => StatusCode::UNAUTHORIZED,
            ("actor", "not_found" | "action_not_found" | "not_registered" | "request_handler_not_found")
            | ("api", "not_found") => StatusCode::NOT_FOUND,
            ("actor" | "api", "method_not_allowed") => StatusCode::METHOD_NOT_ALLOWED,
            ("actor", "action_timed_out") | ("api", "body_timed_out") => StatusCode::REQUEST_TIMEOUT,
            ("api", "unsupported_content_encoding") => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ("api", "upgrade_required") => StatusCode::UPGRADE_REQUIRED,
            ("api", "headers_too_long") => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            ("guard", "too_many_requests") => StatusCode::TOO_MANY_REQUESTS,
            (
                "guard",
                "service_unavailable" | "too_many_connections" | "overloaded" | "actor_ready_timeout",
            )
            | ("api", "not_destroyed_in_time")
            | ("store", "unavailable") => StatusCode::SERVICE_UNAVAILABLE,
            ("actor", "invalid_request" | "duplicate_key" | "key_too_long")
            | ("api" | "guard" | "message" | "namespace" | "queue", _) => StatusCode::BAD_REQUEST,
            _ if self.is_reserved() => StatusCode::INTERNAL_SERVER_ERROR,
            (_, "forbidden") => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_a_user_is_400_or_403_or_what_it_was_told() {
        let status = |code, told: Option<u16>| {
            let fault = Fault::new("app", code, "");
            let told = told.map(|told| StatusCode::from_u16(told).expect("it is one"));
            told.map_or(fault.clone(), |told| fault.with_status(told)).status().as_u16()
        };
        assert_eq!(status("forbidden", None), 403);
        assert_eq!(status("not_found", None), 400);
        for told in [400, 403, 409, 451, 499, 500, 503, 599] {
            assert_eq!(status("forbidden", Some(told)), told);
        }
        for no_error in [100, 200, 204, 302, 399, 600, 999] {
            assert_eq!(status("forbidden", Some(no_error)), 500);
        }
    }
}
