//! Calls without a connection: one HTTP request each.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};

use super::{Network, Settings, USER_AGENT, endpoint::component, exchange::Response};
use crate::{
    Action, CallError, Contract, Fault, Reply,
    client::target::Target,
    contract::ReplyOf,
    error::faults,
    wire::{
        ArgsWriter, Encoding, Outcome, Params,
        http::{ActionCall, ActionOutput, ErrorBody},
    },
};

impl Network {
    /// Calls an action of one actor.
    pub(super) async fn call<C: Contract>(
        &self,
        target: &Target,
        action: C::Action,
        params: Option<Params>,
    ) -> Result<ReplyOf<C>, CallError> {
        let encoding = self.settings.encoding;
        let name = action.info().name;
        let body = ActionCall { args: encode(&action, encoding)? }.encode(encoding)?;
        self.max_message.check(body.len())?;
        let path = format!("/action/{}", component(name));
        let uri =
            self.endpoint.gateway(&self.settings, C::NAME, target, &path).map_err(CallError::NotSent)?;
        let headers = call_headers(&self.settings, params.as_ref())?;
        drop(action);
        let response = self.send(Method::POST, uri, headers, body).await?;
        let reply = if response.status.is_success() {
            let output = ActionOutput::decode(encoding, &response.body)?.output;
            ReplyOf::<C>::decode(name, Outcome::Value { format: encoding.format(), bytes: &output })
        } else {
            ReplyOf::<C>::decode(name, Outcome::Fault(fault(&response, encoding)?))
        };
        reply.map_err(CallError::Decode)
    }
}

/// The encoded array of an action's arguments.
pub(super) fn encode<A: Action>(action: &A, encoding: Encoding) -> Result<Bytes, CallError> {
    let mut args = ArgsWriter::new(encoding.format(), action.info().args.len());
    action.encode(&mut args)?;
    Ok(args.finish())
}

/// The headers that every request has, the user's own among them.
pub(super) fn base_headers(settings: &Settings) -> HeaderMap {
    let mut headers = settings.headers.clone();
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
    headers
}

/// The headers of a call, or of a message to a queue.
pub(super) fn call_headers(settings: &Settings, params: Option<&Params>) -> Result<HeaderMap, CallError> {
    let mut headers = base_headers(settings);
    headers.insert("x-rivet-encoding", HeaderValue::from_static(settings.encoding.name()));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(settings.encoding.content_type()));
    if let Some(token) = &settings.token {
        headers.insert("x-rivet-token", sensitive(token)?);
    }
    add_params(&mut headers, params)?;
    Ok(headers)
}

/// Adds the header that has the caller's params, if there are any.
pub(super) fn add_params(headers: &mut HeaderMap, params: Option<&Params>) -> Result<(), CallError> {
    if let Some(params) = params {
        headers.insert("x-rivet-conn-params", ascii(params.header())?);
    }
    Ok(())
}

/// JSON as a header's value, in which every server reads the same letters.
fn ascii(json: &[u8]) -> Result<HeaderValue, CallError> {
    let mut text = String::with_capacity(json.len());
    for letter in String::from_utf8_lossy(json).chars() {
        if letter.is_ascii() {
            text.push(letter);
            continue;
        }
        // Outside of texts JSON has no such letters, and in texts this is how they are escaped.
        for unit in letter.encode_utf16(&mut [0; 2]) {
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    let invalid = |_| CallError::NotSent("the params have characters that no header may have".to_owned());
    let mut value = HeaderValue::try_from(text).map_err(invalid)?;
    value.set_sensitive(true);
    Ok(value)
}

/// A secret as a header's value.
pub(super) fn sensitive(text: &str) -> Result<HeaderValue, CallError> {
    let invalid = |_| CallError::NotSent("the token has characters that no header may have".to_owned());
    let mut value = HeaderValue::try_from(text).map_err(invalid)?;
    value.set_sensitive(true);
    Ok(value)
}

/// What a response that is no success says. One that is not the protocol's comes from something in between: it
/// cannot say whether the call got through, unless it blames the request.
pub(super) fn fault(response: &Response, encoding: Encoding) -> Result<Fault, CallError> {
    let encoding = if response.is_json() { Encoding::Json } else { encoding };
    if let Ok(body) = ErrorBody::decode(encoding, &response.body) {
        return Ok(body.fault.with_status(response.status));
    }
    let status = response.status;
    if status.is_client_error() {
        Ok(faults::http_status(status))
    } else {
        Err(CallError::MaybeApplied(format!("the server answered {status}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn params_travel_in_letters_that_every_header_may_have() {
        let value = ascii(r#"{"name":"Ann é 😀"}"#.as_bytes()).expect("it is valid");
        assert_eq!(value, r#"{"name":"Ann \u00e9 \ud83d\ude00"}"#);
        assert!(value.is_sensitive());
        let back: serde_json::Value = serde_json::from_slice(value.as_bytes()).expect("it is JSON");
        assert_eq!(back["name"], "Ann é 😀");
    }
}
