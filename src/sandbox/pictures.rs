//! The pictures that were drawn: kept within a number of bytes, drawn one at a time, and none drawn twice at once.
//!
//! A picture needs no token, so any number of requests may take the memory and the processor of one drawing, no more.
//! What a picture shows is the subject of `artwork`.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, mpsc};

use hyper::body::Bytes;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore, oneshot};

use super::artwork::Variant;
use super::http::problem::Problem;
use super::randomness::hash_text;
use super::state::lock;

/// Drawn pictures beyond this are dropped; a drawing under way takes another 17 MiB, the page and its copy.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// The number of pictures is limited, too: searching many small ones costs more than drawing them again.
const MOST_KEPT: usize = 1024;
/// How many different pictures may wait to be drawn.
const MOST_WAITING: usize = 64;
/// `Retry-After` of a request that found the queue full.
const RETRY_SECONDS: u32 = 2;

/// Which picture, and how large.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) image: String,
    pub(crate) variant: Variant,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// A drawn picture; copies share the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) png: Bytes,
    /// The strong entity tag, with its quotes.
    pub(crate) tag: Arc<str>,
}

/// The one thread that draws. A thread keeps the memory of a drawing for the next one, so more threads would take
/// more. It is started by the first drawing and ends with the sandbox.
#[derive(Default)]
pub(crate) struct Easel(OnceLock<mpsc::Sender<Job>>);

type Job = Box<dyn FnOnce() + Send>;

/// The right to draw, held for as long as a drawing takes memory.
pub(crate) type Turn = OwnedSemaphorePermit;

/// The pictures that were drawn, and the queue of those that are wanted.
#[derive(Debug)]
pub(crate) struct Pictures {
    most_bytes: usize,
    most_waiting: usize,
    kept: Mutex<Kept>,
    wanted: Mutex<HashMap<Key, Arc<Drawing>>>,
    turns: Arc<Semaphore>,
    easel: Easel,
}

/// A drawing that several requests wait for.
type Drawing = OnceCell<Result<Picture, Problem>>;

#[derive(Debug, Default)]
struct Kept {
    pictures: HashMap<Key, (Picture, u64)>,
    bytes: usize,
    /// Counts uses, to find the picture that was used longest ago.
    uses: u64,
}

/// A request's place at a drawing; the last one to leave takes the drawing off the list.
struct Place<'a> {
    pictures: &'a Pictures,
    key: &'a Key,
    drawing: Arc<Drawing>,
}

impl Picture {
    pub(crate) fn new(png: Vec<u8>) -> Self {
        let tag = format!("\"{}\"", hash_text(&[&png]).chars().take(22).collect::<String>());
        Self { png: png.into(), tag: tag.into() }
    }
}

impl Easel {
    /// What `work` returns on the thread that draws; `None` if it panicked.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (done, result) = oneshot::channel();
        let job: Job = Box::new(move || {
            // The request may have been cancelled.
            let _ = done.send(work());
        });
        self.0.get_or_init(begin_thread).send(job).ok()?;
        result.await.ok()
    }
}

// If the thread cannot be started there is no receiver, and each drawing fails.
fn begin_thread() -> mpsc::Sender<Job> {
    let (sender, jobs) = mpsc::channel::<Job>();
    let draw_all = move || {
        for job in jobs {
            // A panic fails one drawing; the thread goes on.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
        }
    };
    if let Err(error) = std::thread::Builder::new().name("pictures".to_owned()).spawn(draw_all) {
        tracing::error!(error = &error as &dyn std::error::Error, "the thread that draws cannot be started");
    }
    sender
}

impl fmt::Debug for Easel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Easel").finish_non_exhaustive()
    }
}

impl Default for Pictures {
    fn default() -> Self {
        Self::within(MOST_BYTES, MOST_WAITING)
    }
}

impl Pictures {
    fn within(most_bytes: usize, most_waiting: usize) -> Self {
        let turns = Arc::new(Semaphore::new(1));
        Self {
            most_bytes,
            most_waiting,
            kept: Mutex::default(),
            wanted: Mutex::default(),
            turns,
            easel: Easel::default(),
        }
    }

    /// The picture; if it is not kept, it waits for its turn and is drawn by `draw`.
    ///
    /// # Errors
    /// 503 with a time to wait where too many pictures wait already, and what `draw` fails with.
    pub(crate) async fn get<F>(&self, key: &Key, draw: impl FnOnce(Turn) -> F) -> Result<Picture, Problem>
    where
        F: Future<Output = Result<Picture, Problem>>,
    {
        if let Some(picture) = self.kept(key) {
            return Ok(picture);
        }
        let place = self.join(key).ok_or_else(|| Problem::unavailable(RETRY_SECONDS))?;
        let drawn = place.drawing.get_or_init(|| async {
            match Arc::clone(&self.turns).acquire_owned().await {
                Ok(turn) => draw(turn).await,
                // The semaphore is never closed.
                Err(_) => Err(Problem::unavailable(RETRY_SECONDS)),
            }
        });
        drawn.await.clone()
    }

    /// The thread that draws.
    pub(crate) fn easel(&self) -> &Easel {
        &self.easel
    }

    /// The picture, if it was drawn before.
    pub(crate) fn kept(&self, key: &Key) -> Option<Picture> {
        let mut kept = lock(&self.kept);
        kept.uses += 1;
        let now = kept.uses;
        let (picture, used) = kept.pictures.get_mut(key)?;
        *used = now;
        Some(picture.clone())
    }

    /// Keeps a picture; those used longest ago make room.
    pub(crate) fn keep(&self, key: Key, picture: &Picture) {
        let mut kept = lock(&self.kept);
        let size = picture.png.len();
        if size > self.most_bytes {
            return;
        }
        while kept.bytes + size > self.most_bytes || kept.pictures.len() >= MOST_KEPT {
            let oldest = kept.pictures.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone());
            let Some((picture, _)) = oldest.and_then(|oldest| kept.pictures.remove(&oldest)) else { break };
            kept.bytes -= picture.png.len();
        }
        kept.uses += 1;
        let now = kept.uses;
        kept.bytes += size;
        if let Some((replaced, _)) = kept.pictures.insert(key, (picture.clone(), now)) {
            kept.bytes -= replaced.png.len();
        }
    }

    /// How much is kept.
    pub(crate) fn bytes(&self) -> usize {
        lock(&self.kept).bytes
    }

    fn join<'a>(&'a self, key: &'a Key) -> Option<Place<'a>> {
        let mut wanted = lock(&self.wanted);
        let drawing = match wanted.get(key) {
            Some(drawing) => Arc::clone(drawing),
            None if wanted.len() >= self.most_waiting => return None,
            None => Arc::clone(wanted.entry(key.clone()).or_default()),
        };
        Some(Place { pictures: self, key, drawing })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut wanted = lock(&self.pictures.wanted);
        // One reference is the list's, the other is this place's.
        let is_last = Arc::strong_count(&self.drawing) <= 2;
        if is_last && wanted.get(self.key).is_some_and(|drawing| Arc::ptr_eq(drawing, &self.drawing)) {
            wanted.remove(self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;
    use tokio::task::JoinSet;

    use super::*;

    fn key(number: usize) -> Key {
        Key { image: format!("generated-{number}"), variant: Variant::Poster, width: 16, height: 16 }
    }

    /// Draws by taking a while, and counts.
    #[derive(Default)]
    struct Studio {
        pictures: Pictures,
        drawings: AtomicUsize,
        under_way: AtomicUsize,
        most: AtomicUsize,
        go: Notify,
    }

    impl Studio {
        async fn get(&self, key: Key, size: usize) -> Result<Picture, Problem> {
            let draw = |turn| async move {
                let at_once = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
                self.most.fetch_max(at_once, Ordering::SeqCst);
                self.drawings.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                self.under_way.fetch_sub(1, Ordering::SeqCst);
                drop(turn);
                Ok(Picture::new(vec![7; size]))
            };
            let picture = self.pictures.get(&key, draw).await?;
            self.pictures.keep(key, &picture);
            Ok(picture)
        }
    }

    #[tokio::test]
    async fn one_picture_is_drawn_at_a_time_and_too_long_a_queue_is_refused() {
        let studio = Arc::new(Studio::default());
        let mut asking = JoinSet::new();
        for number in 0..200 {
            let studio = Arc::clone(&studio);
            asking.spawn(async move { studio.get(key(number), 1000).await });
        }
        let answers = asking.join_all().await;
        let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        assert_eq!(studio.most.load(Ordering::SeqCst), 1);
        assert_eq!(refused.len(), 200 - MOST_WAITING);
        let answer = (*refused.first().expect("nothing was refused")).clone().into_document("r");
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].as_bytes()), (503, &b"2"[..]));
        assert!(lock(&studio.pictures.wanted).is_empty());
    }

    #[tokio::test]
    async fn the_same_picture_is_drawn_once_for_all_who_wait() {
        let studio = Arc::new(Studio::default());
        let mut asking = JoinSet::new();
        for _ in 0..200 {
            let studio = Arc::clone(&studio);
            asking.spawn(async move { studio.get(key(1), 1000).await });
        }
        assert!(asking.join_all().await.iter().all(Result::is_ok));
        assert_eq!(studio.drawings.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn who_waits_goes_on_when_the_first_to_ask_is_gone() {
        let studio = Arc::new(Studio::default());
        let gone = Arc::clone(&studio);
        let first = tokio::spawn(async move {
            let never = |_turn| async {
                gone.go.notified().await;
                Err(Problem::unavailable(1))
            };
            gone.pictures.get(&key(1), never).await
        });
        tokio::task::yield_now().await;
        let waiting = Arc::clone(&studio);
        let second = tokio::spawn(async move { waiting.get(key(1), 10).await });
        tokio::task::yield_now().await;
        assert_eq!(studio.drawings.load(Ordering::SeqCst), 0, "it waits for the first");
        first.abort();
        assert!(second.await.is_ok_and(|picture| picture.is_ok()));
        assert!(lock(&studio.pictures.wanted).is_empty());
    }

    #[tokio::test]
    async fn one_thread_draws_everything_and_survives_a_panic() {
        let easel = Easel::default();
        let thread = || std::thread::current().id();
        let first = easel.run(thread).await;
        assert_eq!(easel.run(|| -> u8 { panic!("on purpose") }).await, None);
        assert!(first.is_some() && easel.run(thread).await == first);
    }

    #[test]
    fn the_pictures_used_longest_ago_make_room() {
        let pictures = Pictures::within(1000, 1);
        for number in 0..3 {
            pictures.keep(key(number), &Picture::new(vec![0; 300]));
        }
        assert!(pictures.kept(&key(0)).is_some(), "used again");
        pictures.keep(key(3), &Picture::new(vec![0; 300]));
        assert_eq!([0, 1, 2, 3].map(|number| pictures.kept(&key(number)).is_some()), [true, false, true, true]);
        assert_eq!(pictures.bytes(), 900);
        pictures.keep(key(4), &Picture::new(vec![0; 1001]));
        assert_eq!((pictures.bytes(), pictures.kept(&key(4)).is_some()), (900, false), "too large to keep");
        pictures.keep(key(3), &Picture::new(vec![0; 100]));
        assert_eq!(pictures.bytes(), 700, "a picture that is kept anew counts once");
        for number in 0..5000 {
            pictures.keep(key(number), &Picture::new(Vec::new()));
        }
        assert!(lock(&pictures.kept).pictures.len() <= MOST_KEPT);
    }
}
