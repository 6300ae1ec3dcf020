//! The clock: nothing reads time but through it.
//!
//! There are two times. The time of day is what `at` and `cron` follow: it can be set, and it goes on while the
//! machine is suspended. Elapsed time is what `after`, `every` and all time-outs follow: it begins as the time of day
//! at which the process began, and does neither. Both follow tokio's clock, so that a paused or advanced runtime
//! moves them.

use std::{
    future::pending,
    sync::{
        LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant as MachineInstant, SystemTime, UNIX_EPOCH},
};

use tokio::time::{Instant, sleep, sleep_until};

use crate::{store::AlarmKind, testing::TestClock};

/// The time of day, and the time that has elapsed.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    /// What the time of day was ahead of the machine's monotonic clock then.
    offset_us: i64,
    test: Option<TestClock>,
    id: u64,
}

/// A moment by both times, in milliseconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) wall_ms: u64,
    pub(crate) elapsed_ms: u64,
}

/// When something is due by either time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) wall_ms: Option<u64>,
    pub(crate) elapsed_ms: Option<u64>,
}

impl Clock {
    /// How late a step of the time of day may be noticed.
    const LOOK: Duration = Duration::from_secs(5);
    /// What is set by the time of day is looked at anew if that is put back by this much. After less, what has run is
    /// not to run again; cron has the same limit.
    pub(crate) const PUT_BACK_MS: u64 = 3 * 60 * 60 * 1_000;

    pub(crate) fn start(test: Option<TestClock>) -> Self {
        let offset_us = offset_us(test.as_ref());
        Self { started: Instant::now(), offset_us, test, id: fastrand::u64(..) }
    }

    /// Names it among all clocks of all processes.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The time of day in milliseconds since 1970 (UTC). It follows the system's when that is set.
    pub(crate) fn now_ms(&self) -> u64 {
        self.now().wall_ms
    }

    pub(crate) fn now(&self) -> Moment {
        let since_us = since_us(Instant::now());
        Moment {
            wall_ms: to_ms(offset_us(self.test.as_ref()).saturating_add(since_us)),
            elapsed_ms: to_ms(self.offset_us.saturating_add(since_us)),
        }
    }

    /// Elapsed time, as if it had begun in 1970.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        to_ms(self.offset_us.saturating_add(since_us(Instant::now())))
    }

    /// When [`elapsed_ms`](Self::elapsed_ms) became this, by tokio's clock; its start for what was before.
    pub(crate) fn instant(&self, elapsed_ms: u64) -> Instant {
        let started_us = self.offset_us.saturating_add(since_us(self.started));
        let started = Duration::from_micros(u64::try_from(started_us).unwrap_or(0));
        let after = Duration::from_millis(elapsed_ms).saturating_sub(started);
        self.started.checked_add(after).unwrap_or_else(|| self.started + Duration::from_hours(24 * 365))
    }

    /// How much the time of day is ahead of elapsed time: 0, unless it was set or the machine was suspended.
    pub(crate) fn ahead_ms(&self) -> i64 {
        (offset_us(self.test.as_ref()) - self.offset_us).div_euclid(1_000)
    }

    /// Waits until something is due, or until the time of day was put back so far that the wait must be worked out
    /// anew.
    pub(crate) async fn reaches(&self, due: Due) {
        tokio::select! {
            () = self.wall_reaches(due.wall_ms) => {}
            () = self.elapsed_reaches(due.elapsed_ms) => {}
        }
    }

    async fn elapsed_reaches(&self, ms: Option<u64>) {
        match ms {
            None => pending().await,
            // A timer of no time is not over at once.
            Some(ms) if ms <= self.elapsed_ms() => {}
            Some(ms) => sleep_until(self.instant(ms)).await,
        }
    }

    async fn wall_reaches(&self, ms: Option<u64>) {
        let Some(ms) = ms else { return pending().await };
        let ahead_ms = self.ahead_ms();
        loop {
            let wait = Duration::from_millis(ms.saturating_sub(self.now_ms()));
            if wait.is_zero() || self.was_put_back(ahead_ms) {
                return;
            }
            sleep(wait.min(Self::LOOK)).await;
        }
    }

    /// Whether the time of day was put back since it was ahead of elapsed time by this much.
    pub(crate) fn was_put_back(&self, ahead_ms: i64) -> bool {
        ahead_ms.saturating_sub_unsigned(Self::PUT_BACK_MS) > self.ahead_ms()
    }
}

impl Moment {
    /// By the time that alarms of this kind follow.
    pub(crate) fn by(&self, kind: AlarmKind) -> u64 {
        match kind {
            AlarmKind::WallClock => self.wall_ms,
            AlarmKind::Elapsed => self.elapsed_ms,
        }
    }
}

/// From the machine's start of counting to this instant of tokio's, which is the machine's own unless a test has
/// paused or advanced the runtime.
fn since_us(instant: Instant) -> i64 {
    let (instant, zero) = (instant.into_std(), System::get().zero);
    match instant.checked_duration_since(zero) {
        Some(after) => micros(after),
        None => -micros(zero.duration_since(instant)),
    }
}

fn offset_us(test: Option<&TestClock>) -> i64 {
    System::get().offset_us().saturating_add(test.map_or(0, TestClock::step_us))
}

fn to_ms(us: i64) -> u64 {
    u64::try_from(us.div_euclid(1_000)).unwrap_or(0)
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The system's time of day, as what it is ahead of the machine's monotonic clock. That changes only when the
/// time of day is set, or when the machine is suspended and the monotonic clock stands still.
struct System {
    zero: MachineInstant,
    /// As it was measured last.
    offset_us: AtomicI64,
}

impl System {
    /// Of how many measurements the first one is the closest.
    const FIRST: usize = 8;

    fn get() -> &'static Self {
        static SYSTEM: LazyLock<System> = LazyLock::new(|| {
            let zero = MachineInstant::now();
            let measured = (0..System::FIRST).map(|_| System::measure(zero));
            let closest = measured.min_by_key(|(least, most)| most - least);
            System { zero, offset_us: AtomicI64::new(closest.map_or(0, |(least, _)| least)) }
        });
        &SYSTEM
    }

    fn offset_us(&self) -> i64 {
        let (least, most) = Self::measure(self.zero);
        let known = self.offset_us.load(Ordering::Relaxed);
        // The thread may have been interrupted while it measured: what agrees with the measurement has not changed.
        let offset_us = known.clamp(least, most);
        if offset_us != known {
            self.offset_us.store(offset_us, Ordering::Relaxed);
        }
        offset_us
    }

    /// At least and at most.
    fn measure(zero: MachineInstant) -> (i64, i64) {
        let before = micros(zero.elapsed());
        let system = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => micros(after),
            Err(earlier) => -micros(earlier.duration()),
        };
        let after = micros(zero.elapsed());
        // A microsecond each for what was rounded.
        (system - after - 1, system - before + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn difference(left: u64, right: u64) -> u64 {
        left.abs_diff(right)
    }

    #[tokio::test]
    async fn the_time_of_day_is_the_systems() {
        let clock = Clock::start(None);
        let system = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        assert!(difference(clock.now_ms(), u64::try_from(system).unwrap()) < 1_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_runtime_stops_both_times_and_an_advanced_one_moves_both() {
        let clock = Clock::start(None);
        let before = clock.now();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(clock.now(), before);
        tokio::time::advance(HOUR).await;
        let after = Moment { wall_ms: before.wall_ms + 3_600_000, elapsed_ms: before.elapsed_ms + 3_600_000 };
        assert_eq!(clock.now(), after);
        assert_eq!(Clock::start(None).now(), after, "another clock of the same runtime shows the same time");
        assert_eq!(clock.ahead_ms(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_moves_the_time_of_day_and_not_what_has_elapsed() {
        let test = TestClock::new();
        let clock = Clock::start(Some(test.clone()));
        let before = clock.now();
        test.step_forward(HOUR);
        assert_eq!(clock.now(), Moment { wall_ms: before.wall_ms + 3_600_000, ..before });
        assert_eq!(clock.ahead_ms(), 3_600_000);
        test.step_back(2 * HOUR);
        assert_eq!(clock.now(), Moment { wall_ms: before.wall_ms - 3_600_000, ..before });
        assert_eq!(clock.ahead_ms(), -3_600_000);
        assert_eq!(clock.instant(clock.elapsed_ms()), clock.instant(before.elapsed_ms));
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_for_a_time_of_day_notices_a_step_within_five_seconds() {
        let test = TestClock::new();
        let clock = Clock::start(Some(test.clone()));
        let due = Due { wall_ms: Some(clock.now_ms() + 3_601_000), elapsed_ms: None };
        let began = Instant::now();
        let step = async {
            sleep(Duration::from_millis(500)).await;
            test.step_forward(HOUR);
        };
        tokio::join!(clock.reaches(due), step);
        assert!(began.elapsed() <= Duration::from_millis(5_010), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_for_time_to_elapse_is_not_moved_by_a_step() {
        let test = TestClock::new();
        let clock = Clock::start(Some(test.clone()));
        let due = Due { wall_ms: None, elapsed_ms: Some(clock.elapsed_ms() + 10_000) };
        for step in [TestClock::step_forward, TestClock::step_back] {
            let began = Instant::now();
            step(&test, 24 * HOUR);
            let _ = tokio::time::timeout(Duration::from_secs(4), clock.reaches(due)).await;
            assert!(began.elapsed() >= Duration::from_secs(4));
        }
        clock.reaches(due).await;
        assert!(difference(clock.elapsed_ms(), due.elapsed_ms.unwrap()) <= 2);
    }
}
