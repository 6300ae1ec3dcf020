//! The raw handlers, for HTTP requests and web sockets.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::call::outcome;
use crate::{
    expand::{dispatch::awaited, span::local},
    model::{Actor, RawHandler, owned},
};

/// The rows of `const HOOKS`.
pub(super) fn rows(actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let request = request_handler(actor).map(|(handler, _)| {
        let cfgs = &handler.attrs.cfgs;
        let turn = match handler.mode {
            None => quote!(Beside),
            Some(mode) if mode.is_exclusive() => quote!(Write),
            Some(_) => quote!(Read),
        };
        let navigation = handler.navigation.as_ref().map(|_| quote!(#(#cfgs)* navigation: true,));
        quote!(#(#cfgs)* on_request: ::core::option::Option::Some(#krate::dispatch::RequestTurn::#turn), #navigation)
    });
    let socket = socket_handler(actor).map(|(handler, _)| {
        let cfgs = &handler.attrs.cfgs;
        quote!(#(#cfgs)* on_websocket: true,)
    });
    quote!(#request #socket)
}

/// The functions of both.
pub(super) fn functions(actor: &Actor) -> TokenStream {
    let request = request_handler(actor).map(|(handler, takes)| on_request(handler, takes, actor));
    let socket = socket_handler(actor).map(|(handler, takes)| on_websocket(handler, takes, actor));
    quote!(#request #socket)
}

fn request_handler(actor: &Actor) -> Option<(&RawHandler, &TokenStream)> {
    without_errors(actor.hooks.raw.on_request.as_ref())
}

fn socket_handler(actor: &Actor) -> Option<(&RawHandler, &TokenStream)> {
    without_errors(actor.hooks.raw.on_websocket.as_ref())
}

fn without_errors(handler: Option<&RawHandler>) -> Option<(&RawHandler, &TokenStream)> {
    let handler = handler.filter(|handler| !handler.is_broken)?;
    Some((handler, handler.takes.as_ref()?))
}

/// Input: `async fn serve(&mut self, ctx: &Ctx<Self>, request: Request<Body>) -> Response<Body>`
///
/// Output: `async fn request_write(&mut self, ctx: &Ctx<Self>, request: Request) -> Result<Response, Fault> {
/// let answer = hook_value(Self::serve(self, ctx, request).await)?; Ok(into_response(answer)) }`
fn on_request(handler: &RawHandler, takes: &TokenStream, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let RawHandler { method, attrs, output, .. } = handler;
    let (ctx, request) = (local("ctx"), local("request"));
    let cfgs = &attrs.cfgs;
    // In a statement of its own: errors about the call have the span of the method's name, this one that of the type.
    let take = quote_spanned!(takes.span()=> <#takes as #krate::__private::RequestParameter>::take(#request));
    let ctx_argument = handler.ctx.then(|| quote!(#ctx,));
    let (name, this, ctx_type, call) = match handler.mode {
        None => (
            quote!(request_beside),
            quote!(),
            quote!(#krate::Ctx<Self>),
            quote!(Self::#method(#ctx_argument #request)),
        ),
        Some(mode) => {
            let call = quote!(Self::#method(self, #ctx_argument #request));
            let ctx_type = quote!(&#krate::Ctx<Self>);
            if mode.is_exclusive() {
                (quote!(request_write), quote!(&mut self,), ctx_type, call)
            } else {
                (quote!(request_read), quote!(&self,), ctx_type, call)
            }
        }
    };
    let call = if handler.is_async { awaited(&call, method, krate) } else { call };
    let outcome = outcome(&call, output, actor);
    let ok = output.ok(krate);
    // With the type's name, an error about it points at it. `impl Trait` has no name, so the compiler must infer it.
    let ty = if owned::has_name(ok.clone()) { ok } else { quote!(_) };
    let answer = local("answer");
    let response = quote_spanned!(ty.span()=> <#ty as #krate::__private::IsResponse>::into_response(#answer));
    quote! {
        #(#cfgs)*
        async fn #name(
            #this
            #ctx: #ctx_type,
            #request: #krate::__private::RawRequest,
        ) -> ::core::result::Result<#krate::__private::RawResponse, #krate::Fault> {
            let #request = #take;
            let #answer = #outcome?;
            ::core::result::Result::Ok(#response)
        }
    }
}

/// Input: `async fn socket(ctx: Ctx<Self>, socket: RawSocket) -> Result<(), Error>`
fn on_websocket(handler: &RawHandler, takes: &TokenStream, actor: &Actor) -> TokenStream {
    let krate = &actor.krate;
    let RawHandler { method, attrs, output, .. } = handler;
    let (ctx, socket) = (local("ctx"), local("socket"));
    let cfgs = &attrs.cfgs;
    let take = quote_spanned!(takes.span()=> <#takes as #krate::__private::SocketParameter>::take(#socket));
    let ctx_argument = handler.ctx.then(|| quote!(#ctx,));
    let call = awaited(&quote!(Self::#method(#ctx_argument #socket)), method, krate);
    let body = outcome(&call, output, actor);
    quote! {
        #(#cfgs)*
        async fn websocket(
            #ctx: #krate::Ctx<Self>,
            #socket: #krate::RawSocket,
        ) -> ::core::result::Result<(), #krate::Fault> {
            let #socket = #take;
            #body
        }
    }
}
