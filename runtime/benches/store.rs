//! How many saves a second the store in a file takes, beside what the disk itself can do in the same run.
//!
//! `cargo bench --bench store`. Only the ratios travel from one machine, or one minute, to the next.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that prints, and panics where it cannot"
)]

use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use callboard::{
    ActorId, Key,
    store::{ActorRecord, Commit, CommitOutcome, SqliteStore, Store},
};
use futures_util::future::join_all;

const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_millis(400);
const BATCHES: [usize; 5] = [1, 16, 64, 256, 1000];
const CALLERS: usize = 64;
const STATE: usize = 256;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for actors in [1_000, 100_000] {
        runtime.block_on(measure(actors));
    }
}

/// Rounds of everything, one after the other, so that a busy moment of the disk meets all of it.
async fn measure(actors: usize) {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut world = World::fill(directory.path(), actors).await;
    let mut syncs = Vec::new();
    let mut batches = BATCHES.map(|_| Vec::new());
    let mut callers = Vec::new();
    for _ in 0..ROUNDS {
        syncs.push(syncs_per_second(directory.path()));
        for (size, rates) in BATCHES.into_iter().zip(&mut batches) {
            rates.push(world.saves_per_second(size).await);
        }
        callers.push(world.saves_per_second_of_callers().await);
    }
    println!("{actors} actors, states of {STATE} bytes, medians of {ROUNDS} rounds");
    let sync = median(&mut syncs);
    println!("  a plain file, {STATE} bytes and a sync each    {sync:8.0}/s");
    for (size, mut rates) in BATCHES.into_iter().zip(batches) {
        report(&format!("saves in batches of {size}"), &mut rates, sync);
    }
    report(&format!("saves of {CALLERS} callers, one each"), &mut callers, sync);
}

fn report(what: &str, rates: &mut [f64], sync: f64) {
    let rate = median(rates);
    println!("  {what:44} {rate:8.0}/s  {:6.2} times a sync", rate / sync);
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "counts of a second")]
fn per_second(count: usize, start: Instant) -> f64 {
    count as f64 / start.elapsed().as_secs_f64()
}

fn syncs_per_second(directory: &Path) -> f64 {
    let mut file = File::create(directory.join("plain")).unwrap();
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < TIME {
        file.write_all(&[7; STATE]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    per_second(count, start)
}

struct World {
    store: SqliteStore,
    ids: Vec<ActorId>,
    revision: u64,
    random: fastrand::Rng,
}

impl World {
    async fn fill(directory: &Path, actors: usize) -> Self {
        let store = SqliteStore::open(directory).unwrap();
        let ids: Vec<_> = (0..actors).map(|_| ActorId::generate()).collect();
        let start = Instant::now();
        for ids in ids.chunks(1000) {
            let create = |id: &ActorId| Commit::Create {
                record: ActorRecord::new(*id, "room", Key::from(id.to_string()), 0),
                state: Bytes::from_static(&[7; STATE]),
                alarms: vec![],
                messages: vec![],
            };
            store.commit(ids.iter().map(create).collect()).await.unwrap();
        }
        println!("{:8.0} creates/s in batches of 1000", per_second(actors, start));
        Self { store, ids, revision: 1, random: fastrand::Rng::with_seed(7) }
    }

    fn save(&mut self) -> Commit {
        self.revision += 1;
        let id = self.ids[self.random.usize(..self.ids.len())];
        let state = Some(Bytes::from_static(&[8; STATE]));
        Commit::Save { id, epoch: 1, revision: self.revision, state, alarms: vec![], messages: vec![] }
    }

    async fn saves_per_second(&mut self, size: usize) -> f64 {
        let (start, mut count) = (Instant::now(), 0);
        while start.elapsed() < TIME {
            let batch = (0..size).map(|_| self.save()).collect();
            let outcomes = self.store.commit(batch).await.unwrap();
            assert!(outcomes.iter().all(|outcome| *outcome == CommitOutcome::Done));
            count += size;
        }
        per_second(count, start)
    }

    /// Batches of one that come together: the store makes one transaction of them.
    async fn saves_per_second_of_callers(&mut self) -> f64 {
        let (start, mut count) = (Instant::now(), 0);
        while start.elapsed() < TIME {
            let batches: Vec<_> = (0..CALLERS).map(|_| vec![self.save()]).collect();
            join_all(batches.into_iter().map(|batch| self.store.commit(batch))).await;
            count += CALLERS;
        }
        per_second(count, start)
    }
}
