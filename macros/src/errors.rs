//! The errors that the macros report: why they are collected, and who looks at them.
//!
//! # Why errors are collected, and not returned
//!
//! A function of this crate that finds something wrong with the user's code does not return `Err`: it reports to the
//! [`Errors`] that it was given, and goes on. Three things follow from that, and they are what users notice:
//!
//! - **One compile reports every error.** With `?`, an actor with five wrong signatures would take five compiles.
//! - **What is right is still generated.** An action with a wrong argument is left out of the dispatch, and the other
//!   actions, the clients and the events are there. Otherwise each use of the actor would be an error too ("cannot
//!   find type `ChatRoomHandle`"), and the one that matters would be lost among them; and an editor would lose all
//!   completions whenever a signature is half-typed.
//! - **Nothing half-made is generated.** Code made of a part that is wrong gives errors about code that the user has
//!   never seen. So a part must know whether an error was found in it, and its generator asks for that.
//!
//! # Who checks
//!
//! The last point is what sinks are for. A function that reads a part which can be left out, such as an action or a
//! hook, makes a sink for it:
//!
//! ```ignore
//! let errors = scope.errors.nested();
//! let scope = scope.with(&errors);
//! // .. read the part, with `scope` ..
//! is_broken: errors.has_errors(),
//! ```
//!
//! A nested sink knows of the errors that were reported to itself and to the sinks nested in it, and of no others: an
//! error in one action does not affect the next one. The phase `expand` leaves out every part with `is_broken`, or
//! generates a stub in its place that takes arguments of any type. If a function that takes a sink returns `None`, it
//! has reported why, and its caller has nothing to report.
//!
//! All sinks write to one [`ErrorStore`], which the entry point of each macro makes. It must be turned into tokens: a
//! store that is dropped before panics. A lost error would mean code that compiles and lacks what the user asked for.

use std::{
    cell::{Cell, RefCell},
    fmt::Display,
    thread,
};

use proc_macro2::TokenStream;
use quote::ToTokens;

/// Every error that was found while one macro was expanded.
#[derive(Debug)]
pub(crate) struct ErrorStore {
    /// `None` once they are reported.
    found: RefCell<Option<Vec<syn::Error>>>,
}

impl ErrorStore {
    pub(crate) fn new() -> Self {
        Self { found: RefCell::new(Some(Vec::new())) }
    }

    /// The outermost sink, for the whole item.
    pub(crate) fn sink(&self) -> Errors<'_> {
        Errors { store: self, parent: None, is_used: Cell::new(false) }
    }

    /// A `compile_error!` for each error.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let found = self.found.borrow_mut().take().unwrap_or_default();
        found.iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for ErrorStore {
    fn drop(&mut self) {
        let is_forgotten = self.found.borrow().is_some();
        assert!(!is_forgotten || thread::panicking(), "errors were collected, but not reported");
    }
}

/// A sink for the errors of one part of the item.
#[derive(Debug)]
pub(crate) struct Errors<'a> {
    store: &'a ErrorStore,
    /// The sink of the larger part that this one belongs to.
    parent: Option<&'a Errors<'a>>,
    /// Whether something was reported to it, or to one that is nested in it.
    is_used: Cell<bool>,
}

impl Errors<'_> {
    /// Reports that something is wrong with these tokens, and what to do about it.
    pub(crate) fn report(&self, tokens: impl ToTokens, what: impl Display, help: impl Display) {
        self.push(syn::Error::new_spanned(tokens, format!("{what}\nhelp: {help}")));
    }

    /// Reports an error of the parser.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(found) = self.store.found.borrow_mut().as_mut() {
            found.push(error);
        }
        let mut sink = Some(self);
        while let Some(Errors { parent, is_used, .. }) = sink {
            is_used.set(true);
            sink = *parent;
        }
    }

    /// A sink for a part of this part.
    pub(crate) fn nested(&self) -> Errors<'_> {
        Errors { store: self.store, parent: Some(self), is_used: Cell::new(false) }
    }

    /// Whether an error was reported to this sink, or to one that is nested in it.
    pub(crate) fn has_errors(&self) -> bool {
        self.is_used.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(errors: &Errors<'_>) {
        errors.push(syn::Error::new(proc_macro2::Span::call_site(), "wrong"));
    }

    #[test]
    fn an_error_in_a_part_is_one_of_the_whole_and_of_no_other_part() {
        let store = ErrorStore::new();
        let whole = store.sink();
        let (first, second) = (whole.nested(), whole.nested());
        let inside_first = first.nested();
        report(&inside_first);
        let seen = [&inside_first, &first, &whole, &second].map(Errors::has_errors);
        assert_eq!(seen, [true, true, true, false]);
        assert!(store.into_tokens().to_string().contains("wrong"));
    }

    #[test]
    #[should_panic(expected = "not reported")]
    fn a_store_that_nobody_reports_panics() {
        report(&ErrorStore::new().sink());
    }
}
