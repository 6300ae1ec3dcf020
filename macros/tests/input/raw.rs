// Raw handlers in their shortest forms.

#[actor]
impl Files {
    #[on_request]
    fn serve(&self, request: Request<Body>) -> impl IntoResponse {
        self.page(request)
    }

    #[on_websocket]
    async fn socket(socket: RawSocket) {}
}

#[actor]
impl Uploads {
    #[on_request]
    async fn take(ctx: Ctx<Self>, request: Request<Body>) -> StatusCode {
        take(ctx, request).await
    }
}

#[actor]
impl Pages {
    #[on_request(navigation)]
    #[cfg(feature = "pages")]
    fn page(&self, request: Request<Body>) -> Html<String> {
        self.show(request)
    }
}
