//! "Did you mean ..": the known name that is nearest to an unknown one.

use syn::Ident;

use crate::errors::Errors;

/// Reports an unknown argument of an attribute.
pub(crate) fn unknown_argument(found: &Ident, attribute: &str, known: &[&str], errors: &Errors<'_>) {
    let help = match nearest(&found.to_string(), known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it accepts {}", list(known)),
    };
    errors.report(found, format_args!("`{attribute}` has no argument `{found}`"), help);
}

/// `` `a`, `b` and `c` ``
pub(crate) fn list(names: &[&str]) -> String {
    match names {
        [] => "no arguments".to_owned(),
        [one] => format!("`{one}` only"),
        [init @ .., last] => {
            let init: Vec<_> = init.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", init.join(", "))
        }
    }
}

/// The known name that is so similar that the other one is probably a misspelling of it.
pub(crate) fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let max_distance = |name: &&str| if name.len() < 5 { 1 } else { 2 };
    known
        .iter()
        .map(|name| (distance(found, name), *name))
        .filter(|(distance, name)| *distance <= max_distance(name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The edit distance: the number of letters to insert, remove, replace, or swap with their neighbours.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let replace = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut least = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognized() {
        let known = ["action", "on_connect", "events", "run"];
        assert_eq!(nearest("acton", &known), Some("action"));
        assert_eq!(nearest("on_conenct", &known), Some("on_connect"));
        assert_eq!(nearest("event", &known), Some("events"));
    }

    #[test]
    fn another_word_is_not_a_slip() {
        let known = ["action", "on_connect", "events", "run"];
        for word in ["inline", "cold", "test", "must_use", "instrument", "on_wake", "rename"] {
            assert_eq!(nearest(word, &known), None, "{word}");
        }
    }
}
