//! The control API: finding and making actors. Always JSON.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Network,
    call::{add_params, base_headers, fault, sensitive},
};
use crate::{
    ActorId, CallError, Key,
    client::target::Target,
    error::faults,
    wire::{DecodeError, Encoding, Params, input},
};

/// What is asked of `PUT` and `POST /actors`.
#[derive(Serialize)]
struct NewActor<'a> {
    name: &'a str,
    key: String,
    runner_name_selector: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    crash_policy: &'a str,
}

#[derive(Deserialize)]
struct OneActor {
    actor: FoundActor,
}

#[derive(Deserialize)]
struct Actors {
    actors: Vec<FoundActor>,
}

#[derive(Deserialize)]
struct FoundActor {
    actor_id: String,
}

impl Network {
    /// Makes an actor, which must not exist.
    pub(in crate::client) async fn create(
        &self,
        name: &str,
        key: &Key,
        input: Option<Bytes>,
    ) -> Result<ActorId, CallError> {
        self.make(Method::POST, name, key, input.as_deref(), None).await
    }

    /// The id of the target's actor. A server may ask `#[on_before_connect]` with these params first.
    pub(super) async fn resolve(
        &self,
        name: &str,
        target: &Target,
        params: Option<Params>,
    ) -> Result<ActorId, CallError> {
        let params = params.as_ref();
        match target {
            Target::Id(id) => Ok(*id),
            Target::Get(key) => self.find(name, key, params).await,
            Target::GetOrCreate(key, input) => {
                let input = input.as_ref().map(|input| &input[..]);
                self.make(Method::PUT, name, key, input, params).await
            }
        }
    }

    async fn make(
        &self,
        method: Method,
        name: &str,
        key: &Key,
        input: Option<&[u8]>,
        params: Option<&Params>,
    ) -> Result<ActorId, CallError> {
        let body = NewActor {
            name,
            key: key.to_string(),
            runner_name_selector: "default",
            input: input.map(input::to_api),
            crash_policy: "sleep",
        };
        let body = serde_json::to_vec(&body).map_err(|error| CallError::NotSent(error.to_string()))?;
        let found: OneActor = self.control(method, &[], body.into(), params).await?;
        found.actor.id()
    }

    async fn find(&self, name: &str, key: &Key, params: Option<&Params>) -> Result<ActorId, CallError> {
        let (key, nothing) = (key.to_string(), Bytes::new());
        let found: Actors =
            self.control(Method::GET, &[("name", name), ("key", &key)], nothing, params).await?;
        match found.actors.first() {
            Some(actor) => actor.id(),
            None => Err(faults::actor_not_found().into()),
        }
    }

    async fn control<T: DeserializeOwned>(
        &self,
        method: Method,
        query: &[(&str, &str)],
        body: Bytes,
        params: Option<&Params>,
    ) -> Result<T, CallError> {
        let uri = self.endpoint.api(&self.settings, "/actors", query).map_err(CallError::NotSent)?;
        let response = self.send(method, uri, self.control_headers(params)?, body).await?;
        if !response.status.is_success() {
            return Err(fault(&response, Encoding::Json)?.into());
        }
        serde_json::from_slice(&response.body).map_err(|error| DecodeError::new(error.to_string()).into())
    }

    fn control_headers(&self, params: Option<&Params>) -> Result<HeaderMap, CallError> {
        let mut headers = base_headers(&self.settings);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(token) = &self.settings.token {
            headers.insert(header::AUTHORIZATION, sensitive(&format!("Bearer {token}"))?);
        }
        add_params(&mut headers, params)?;
        Ok(headers)
    }
}

impl FoundActor {
    fn id(&self) -> Result<ActorId, CallError> {
        let invalid = |_| DecodeError::new(format!("`{}` is not an actor's identity", self.actor_id));
        Ok(self.actor_id.parse().map_err(invalid)?)
    }
}
