//! The HTTP statuses of faults.

use http::StatusCode;

use crate::{Fault, error::Code};

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

    /// The HTTP status of a response that says it: the one that it was [told](Self::with_status), or that of its
    /// group and code. Clients of the protocol look at group and code, and see in the status only that it is an
    /// error.
    ///
    /// It does not cross a WebSocket: what comes from there has the one of its group and code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if let Some(status) = self.chosen_status() {
            return status;
        }
        if let Some(code) = Code::find(self.group(), self.code()) {
            return code.status();
        }
        // A newer server may say codes that are not in the table.
        match (self.group(), self.code()) {
            ("api" | "guard" | "message" | "namespace" | "queue", _) => StatusCode::BAD_REQUEST,
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

    #[cfg(feature = "server")]
    #[test]
    fn each_fault_of_the_framework_has_the_status_of_its_code() {
        use crate::error::faults;

        for (fault, expected) in [
            (Fault::from_parts("user", "player_not_found", ""), 400),
            (Fault::from_parts("guard", "unheard_of", ""), 400),
            (Fault::from_parts("actor", "unheard_of", ""), 500),
            (Fault::from_parts("user", "not_found", ""), 400),
            (Fault::from_parts("rivetkit", "internal_error", ""), 500),
            (Fault::from_parts("actor", "action_not_found", ""), 404),
            (Fault::from_parts("actor", "overloaded", ""), 500),
            (Fault::from_parts("auth", "forbidden", ""), 403),
            (faults::actor_not_found(), 404),
            (faults::not_registered("x"), 404),
            (faults::duplicate_key(&crate::Key::from("a"), crate::ActorId::generate()), 400),
            (faults::service_unavailable(), 503),
            (faults::invalid_query("x"), 400),
            (faults::no_namespace(), 400),
            (faults::no_actor_route("/x"), 404),
            (faults::no_request_handler(), 404),
            (faults::no_queue("x"), 400),
            (faults::queue_full(1), 400),
            (faults::message_too_large(1), 400),
            (faults::invalid_message(&"x"), 400),
            (faults::wrong_actor_method(&http::Method::GET, "/x"), 405),
            (faults::incoming_too_long(), 400),
            (faults::params_too_long(), 400),
            (faults::input_too_long(), 400),
            (faults::key_too_long(), 400),
            (faults::headers_too_long(), 431),
            (faults::origin_not_allowed(), 403),
            (faults::control_disabled(), 403),
            (faults::control_unauthorized(), 401),
            (faults::host_not_allowed(), 403),
            (faults::too_many_connections(), 503),
            (faults::too_many_requests(), 429),
            (faults::address_overloaded(), 503),
            (faults::not_open_in_time(), 503),
            (faults::invalid_request("x"), 400),
            (faults::no_route(), 404),
            (faults::wrong_method(), 405),
            (faults::body_timed_out(), 408),
            (faults::encoded_body(), 415),
            (faults::no_upgrade("x"), 426),
            (faults::not_destroyed_in_time(), 503),
        ] {
            assert_eq!(fault.status().as_u16(), expected, "{}.{}", fault.group(), fault.code());
        }
    }
}
