//! Actors whose state the program cannot read.
