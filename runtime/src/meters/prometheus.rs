//! The Prometheus recorder of this process.

use std::{sync::OnceLock, thread, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Where the histograms are split, in seconds: an action of an idle actor takes less than a microsecond, one that waits
/// for a disk a few hundred.
const BUCKETS: [f64; 20] = [
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1,
    0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0,
];

/// How often the samples of histograms are put into their buckets; until then each of them takes memory.
const UPKEEP: Duration = Duration::from_secs(1);

/// The recorder of this process, which is installed with the first call.
///
/// # Panics
///
/// If another one is installed.
pub(crate) fn install() -> PrometheusHandle {
    static INSTALLED: OnceLock<PrometheusHandle> = OnceLock::new();
    let install = || {
        let prometheus = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Prefix("callboard_".to_owned()), &BUCKETS)
            .and_then(PrometheusBuilder::install_recorder)
            .expect("another recorder of metrics is installed: serve what that one has collected instead");
        let kept = prometheus.clone();
        // Not a task: nothing says that tokio runs already, nor for how long.
        thread::spawn(move || {
            loop {
                thread::sleep(UPKEEP);
                kept.run_upkeep();
            }
        });
        prometheus
    };
    INSTALLED.get_or_init(install).clone()
}
