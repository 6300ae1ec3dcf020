//! A log that remembers: each line with its fields, and with the spans around it.

// Each test file uses a part of it.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    registry::LookupSpan,
};

pub type Fields = BTreeMap<String, String>;

/// One line of the log.
#[derive(Debug, Clone)]
pub struct Line {
    pub level: Level,
    pub target: String,
    pub fields: Fields,
    /// The spans around it, the innermost first, with the fields that they had then.
    pub spans: Vec<(&'static str, Fields)>,
}

impl Line {
    /// A field of the line.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// The span of this name around it.
    pub fn span(&self, name: &str) -> Option<&Fields> {
        self.spans.iter().find(|(span, _)| *span == name).map(|(_, fields)| fields)
    }

    /// A field of the span of this name around it.
    pub fn of_span(&self, name: &str, field: &str) -> Option<&str> {
        self.span(name)?.get(field).map(String::as_str)
    }
}

/// Everything that was logged, and which spans there were.
#[derive(Debug, Clone, Default)]
pub struct Capture(Arc<Mutex<Captured>>);

#[derive(Debug, Default)]
struct Captured {
    lines: Vec<Line>,
    /// Name and target, and the fields that it may have.
    spans: BTreeMap<(&'static str, &'static str), BTreeSet<&'static str>>,
}

impl Capture {
    /// Listens to everything in this process from here on.
    pub fn install() -> Self {
        let capture = Self::default();
        let subscriber = tracing_subscriber::registry().with(capture.clone());
        tracing::subscriber::set_global_default(subscriber).expect("there is no other");
        capture
    }

    /// The lines that fit.
    pub fn lines(&self, fits: impl Fn(&Line) -> bool) -> Vec<Line> {
        self.0
            .lock()
            .expect("nobody panics with it")
            .lines
            .iter()
            .filter(|line| fits(line))
            .cloned()
            .collect()
    }

    /// The only line that fits.
    pub fn line(&self, fits: impl Fn(&Line) -> bool) -> Line {
        let mut lines = self.lines(fits);
        assert_eq!(lines.len(), 1, "{lines:#?}");
        lines.remove(0)
    }

    /// The line about the error of this id.
    pub fn error(&self, id: &str) -> Line {
        self.line(|line| line.field("error_id") == Some(id))
    }

    /// The spans there have been.
    pub fn spans(&self) -> BTreeMap<(&'static str, &'static str), BTreeSet<&'static str>> {
        self.0.lock().expect("nobody panics with it").spans.clone()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::new();
        attributes.record(&mut Visitor(&mut fields));
        context.span(id).expect("it is new").extensions_mut().insert(fields);
        let metadata = attributes.metadata();
        let names = metadata.fields().iter().map(|field| field.name()).collect();
        let mut captured = self.0.lock().expect("nobody panics with it");
        captured.spans.insert((metadata.name(), metadata.target()), names);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).expect("it is open");
        let mut extensions = span.extensions_mut();
        values.record(&mut Visitor(extensions.get_mut::<Fields>().expect("it is there from the start")));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::new();
        event.record(&mut Visitor(&mut fields));
        let spans = context.event_scope(event).into_iter().flatten().map(|span| {
            let fields = span.extensions().get::<Fields>().cloned().unwrap_or_default();
            (span.name(), fields)
        });
        let (level, target) = (*event.metadata().level(), event.metadata().target().to_owned());
        let line = Line { level, target, fields, spans: spans.collect() };
        self.0.lock().expect("nobody panics with it").lines.push(line);
    }
}

struct Visitor<'a>(&'a mut Fields);

impl Visit for Visitor<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}
