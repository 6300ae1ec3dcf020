// Raw handlers are nothing to clients, where their types do not exist.

#[actor]
impl Files {
    #[on_request]
    fn serve(&self, request: Request<Body>) -> Response<Body> {
        self.page(request)
    }

    #[on_websocket]
    async fn socket(socket: RawSocket) {}
}
