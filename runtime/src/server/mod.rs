//! stub
use crate::host::Runtime;
use std::sync::Arc;
use tokio::net::TcpListener;
pub(crate) fn router(_: Arc<Runtime>) -> axum::Router {
    axum::Router::new()
}
pub(crate) async fn serve(
    _r: Arc<Runtime>,
    _l: TcpListener,
    s: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    s.await;
    Ok(())
}
pub(crate) async fn shutdown_signal() {}
