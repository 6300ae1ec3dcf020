//! The gateway: what every request is served from.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::header;
use tokio_util::task::TaskTracker;

use super::{
    http::{access::Access, control_token::ControlToken, failure::Failure},
    net::permits::{Address, Permits},
};
use crate::{Limits, error::faults, host::Runtime, meters::ServerMeters};

/// The gateway as the state of a router.
pub(in crate::server) type GatewayState = State<Arc<Gateway>>;

/// What every request is served from.
pub(crate) struct Gateway {
    pub(in crate::server) runtime: Arc<Runtime>,
    pub(in crate::server) permits: Arc<Permits>,
    pub(in crate::server) access: Access,
    /// The token for listing and destroying actors; `None` if no request may.
    pub(in crate::server) control: Option<ControlToken>,
    pub(in crate::server) meters: Arc<ServerMeters>,
    #[cfg(feature = "prometheus")]
    pub(in crate::server) prometheus: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

impl Gateway {
    pub(crate) fn new(runtime: Arc<Runtime>, access: Access) -> Self {
        let permits = Permits::new(Arc::clone(runtime.limits()), access.limit_warnings());
        Self {
            runtime,
            permits,
            access,
            control: None,
            meters: Arc::new(ServerMeters::new()),
            #[cfg(feature = "prometheus")]
            prometheus: None,
        }
    }

    /// Switches the whole control API on for requests with this token.
    pub(crate) fn with_control(self, control: Option<ControlToken>) -> Self {
        Self { control, ..self }
    }

    /// Serves the metrics that this has collected.
    #[cfg(feature = "prometheus")]
    pub(crate) fn with_prometheus(
        self,
        prometheus: Option<metrics_exporter_prometheus::PrometheusHandle>,
    ) -> Self {
        Self { prometheus, ..self }
    }

    pub(in crate::server) fn limits(&self) -> &Arc<Limits> {
        self.runtime.limits()
    }

    /// Refuses a request by its head: one too many of its address, or a head that is too long.
    pub(in crate::server) fn check(&self, request: &Request) -> Result<(), Response> {
        if let Err(wait) = self.permits.count_request(Address::of(request.extensions())) {
            let mut refusal = Failure::from(faults::too_many_requests()).into_response();
            // Whole seconds, which is what the header takes.
            refusal.headers_mut().insert(header::RETRY_AFTER, (wait.as_secs() + 1).into());
            return Err(refusal);
        }
        let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
        let head = request.uri().to_string().len() + headers.sum::<usize>();
        if head > self.limits().head {
            return Err(Failure::from(faults::headers_too_long()).into_response());
        }
        Ok(())
    }

    /// Calls and connections under way, which outlive the requests that began them.
    pub(in crate::server) fn tasks(&self) -> &TaskTracker {
        self.runtime.sessions()
    }
}
