//! The raw handlers: `#[on_request]` for HTTP requests, `#[on_websocket]` for web sockets.

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, Meta, PatType, ReturnType, Token, Type, parse::ParseStream};

use crate::{
    marker::Marker,
    model::{
        ForwardedAttrs, Mode, Output, Scope, owned,
        parameter::{Parameters, names_ctx, typed},
        signature::{check_returns_nothing, check_signature},
    },
    syntax::{Method, skip_argument},
    typo,
};

/// The raw handlers of a block.
#[derive(Debug, Default)]
pub(crate) struct RawHandlers {
    pub(crate) on_request: Option<RawHandler>,
    pub(crate) on_websocket: Option<RawHandler>,
}

/// A method that takes an HTTP request or a WebSocket as it is.
#[derive(Debug)]
pub(crate) struct RawHandler {
    pub(crate) method: Ident,
    pub(crate) attrs: ForwardedAttrs,
    /// How it borrows the actor; `None` for one that runs beside the turns.
    pub(crate) mode: Option<Mode>,
    pub(crate) is_async: bool,
    pub(crate) ctx: bool,
    /// The type of the request or the socket; `None` if it is missing, which is reported.
    pub(crate) takes: Option<TokenStream>,
    pub(crate) output: Output,
    /// The word in `#[on_request(navigation)]`, by which links on other sites may lead to it.
    pub(crate) navigation: Option<Ident>,
    pub(crate) is_broken: bool,
}

/// The words of errors about one of the two kinds of handler.
#[derive(Clone, Copy)]
struct Kind {
    what: &'static str,
    /// What it takes beside the context, and how to write that.
    role: &'static str,
    parameter: &'static str,
}

const REQUEST: Kind = Kind {
    what: "the handler `#[on_request]`",
    role: "the request",
    parameter: "request: http::Request<callboard::Body>",
};

const WEBSOCKET: Kind =
    Kind { what: "the handler `#[on_websocket]`", role: "the socket", parameter: "socket: RawSocket" };

impl RawHandlers {
    pub(super) fn has(&self, marker: Marker) -> bool {
        match marker {
            Marker::OnRequest => self.on_request.is_some(),
            _ => self.on_websocket.is_some(),
        }
    }

    /// Adds a method as the handler that its attribute names.
    pub(super) fn add(&mut self, marker: Marker, attr: &Attribute, method: &Method, scope: Scope<'_>) {
        match marker {
            Marker::OnRequest => self.on_request = Some(RawHandler::of_request(method, attr, scope)),
            _ => self.on_websocket = Some(RawHandler::of_socket(method, scope)),
        }
    }
}

impl RawHandler {
    /// `async fn serve(&mut self, ctx: &Ctx<Self>, request: http::Request<Body>) -> http::Response<Body>`, or without
    /// `self` and with `ctx: Ctx<Self>`.
    fn of_request(method: &Method, attr: &Attribute, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let navigation = takes_navigation(attr, scope);
        let sig = &method.sig;
        check_signature(sig, REQUEST.what, scope);
        let (mode, ctx, takes) = if sig.receiver().is_some() {
            let mode = Mode::of(sig, REQUEST.what, scope);
            let Parameters { ctx, conn, values } = Parameters::of(sig, scope);
            if conn {
                let help = "remove it; the connection, if there is one, is `ctx.conn()`";
                scope.errors.report(
                    &sig.inputs,
                    format_args!("{} takes the context and the request", REQUEST.what),
                    help,
                );
            }
            (mode, ctx, only_parameter(&values, method, REQUEST, scope))
        } else {
            let (ctx, takes) = own_parameters(method, REQUEST, scope);
            (None, ctx, takes)
        };
        if let ReturnType::Default = &sig.output {
            let help = "return a response, such as `http::Response<String>`, or a `Result` of one";
            scope.errors.report(&sig.ident, format_args!("{} answers the request", REQUEST.what), help);
        }
        // The response is converted while the actor is still borrowed, so it may be of any type, even `impl Trait`.
        let output = Output::of_any(&sig.output, scope);
        let handler = Self::new(method, mode, ctx, takes, output, errors.has_errors());
        Self { navigation, ..handler }
    }

    /// `async fn socket(ctx: Ctx<Self>, socket: RawSocket) -> Result<(), Error>`
    fn of_socket(method: &Method, scope: Scope<'_>) -> Self {
        let errors = scope.errors.nested();
        let scope = scope.with(&errors);
        let sig = &method.sig;
        let what = WEBSOCKET.what;
        check_signature(sig, what, scope);
        if let Some(receiver) = sig.receiver() {
            let help = "take `ctx: Ctx<Self>`, and use the state in turns: `ctx.turn(|this| ..).await`";
            let what = format_args!(
                "{what} lasts as long as its socket, beside the actor's turns, so it has no `self`"
            );
            scope.errors.report(receiver, what, help);
        }
        if sig.asyncness.is_none() {
            let help = "make it an `async fn`";
            scope.errors.report(
                sig.fn_token,
                format_args!("{what} waits for its socket, so it is async"),
                help,
            );
        }
        let (ctx, takes) = own_parameters(method, WEBSOCKET, scope);
        let output = Output::of(&sig.output, "what a handler returns outlives it", scope);
        if !output.is_result() {
            check_returns_nothing(sig, &output, &format!("{what} returns nothing, or a `Result`"), scope);
        }
        Self::new(method, None, ctx, takes, output, errors.has_errors())
    }

    fn new(
        method: &Method,
        mode: Option<Mode>,
        ctx: bool,
        takes: Option<TokenStream>,
        output: Output,
        is_broken: bool,
    ) -> Self {
        Self {
            method: method.sig.ident.clone(),
            attrs: ForwardedAttrs::of(&method.attrs),
            mode,
            is_async: method.sig.asyncness.is_some(),
            ctx,
            takes,
            output,
            navigation: None,
            is_broken,
        }
    }
}

/// Reads `(navigation)`.
fn takes_navigation(attr: &Attribute, scope: Scope<'_>) -> Option<Ident> {
    if matches!(attr.meta, Meta::Path(_)) {
        return None;
    }
    let mut navigation = None;
    let parsed = attr.parse_args_with(|input: ParseStream<'_>| {
        while !input.is_empty() {
            let argument: Ident = input.parse()?;
            if argument != "navigation" {
                typo::unknown_argument(&argument, "#[on_request]", &["navigation"], scope.errors);
                skip_argument(input);
            } else if navigation.is_some() {
                scope.errors.report(&argument, "`navigation` is said already", "say it once");
            } else {
                navigation = Some(argument);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    });
    if let Err(error) = parsed {
        scope.errors.push(error);
    }
    navigation
}

/// The parameters of a handler that runs beside the turns: the context, by value, and the request or the socket.
fn own_parameters(method: &Method, kind: Kind, scope: Scope<'_>) -> (bool, Option<TokenStream>) {
    let parameters: Vec<_> = method.sig.inputs.iter().filter_map(typed).collect();
    let (ctx, others) = match parameters.as_slice() {
        [first, others @ ..] if names_ctx(&first.ty) => (Some(*first), others),
        others => (None, others),
    };
    if let Some(ctx) = ctx
        && matches!(*ctx.ty, Type::Reference(_))
    {
        let what =
            format!("{} has no `self`: it runs beside the turns, so its context is its own", kind.what);
        scope.errors.report(&ctx.ty, what, "write `Ctx<Self>`");
    }
    (ctx.is_some(), only_parameter(others, method, kind, scope))
}

/// The one value that the handler takes beside the context.
fn only_parameter(values: &[&PatType], method: &Method, kind: Kind, scope: Scope<'_>) -> Option<TokenStream> {
    let Kind { what, role, parameter } = kind;
    for extra in values.iter().skip(1) {
        let help = format!("remove it; {role} has the path, and what a client passes is in its head");
        scope.errors.report(extra, format_args!("{what} takes {role}, and nothing else"), help);
    }
    let Some(value) = values.first() else {
        scope.errors.report(
            &method.sig.ident,
            format_args!("{what} takes {role}"),
            format_args!("add `{parameter}`"),
        );
        return None;
    };
    owned::check(&value.ty, &format!("{role} is the handler's own"), scope)
        .then(|| scope.resolve_self(&value.ty))
}
