//! Messages to durable queues: one HTTP request each.

use std::time::Duration;

use http::Method;

use super::{
    Network,
    call::{call_headers, fault},
    endpoint::component,
};
use crate::{
    CallError, Contract,
    client::{
        link::{Outgoing, Sent},
        target::Target,
    },
    wire::{
        Params,
        http::{QueueOutcome, QueueSend, QueueStatus},
    },
};

impl Network {
    /// Puts a message into a queue of one actor.
    pub(super) async fn send_message<C: Contract>(
        &self,
        target: &Target,
        message: Outgoing,
        params: Option<Params>,
    ) -> Result<Sent, CallError> {
        let encoding = self.settings.encoding;
        let Outgoing { index, body, wait } = message;
        let name = C::QUEUES[index].name;
        let path = format!("/queue/{}", component(name));
        let uri =
            self.endpoint.gateway(&self.settings, C::NAME, target, &path).map_err(CallError::NotSent)?;
        let timeout_ms = wait.filter(|wait| *wait < Duration::MAX).map(whole_milliseconds);
        let send = QueueSend { body, name: Some(name.to_owned()), wait: wait.is_some(), timeout_ms };
        let headers = call_headers(&self.settings, params.as_ref())?;
        // The server waits, and then answers within the usual time.
        let limit = self.settings.call_timeout.and_then(|limit| limit.checked_add(wait.unwrap_or_default()));
        let response = self.send_within(limit, Method::POST, uri, headers, send.encode(encoding)?).await?;
        if !response.status.is_success() {
            return Err(fault(&response, encoding)?.into());
        }
        let outcome = QueueOutcome::decode(encoding, &response.body)?;
        Ok(match outcome.status {
            QueueStatus::Completed => Sent::Completed(outcome.response),
            QueueStatus::TimedOut => Sent::TimedOut,
        })
    }
}

/// Rounded up, so that a wait of less than a millisecond does not become no wait.
fn whole_milliseconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
