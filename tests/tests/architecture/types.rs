//! What a type has of its own, wherever in the crate that is written.

use super::tokens::{Token, tokens};

/// How many methods the file gives this type: those of its own, and none of traits.
pub(crate) fn methods(source: &str, name: &str) -> usize {
    let tokens = tokens(source);
    let impls = (0..tokens.len()).filter(|at| tokens[*at].word() == Some("impl"));
    let bodies = impls.filter_map(|at| body_of_impl(&tokens[at + 1..], name));
    bodies.map(count_methods).sum()
}

/// Whether the file defines this type, and how many of its fields can be reached from elsewhere.
pub(crate) fn open_fields(source: &str, name: &str) -> Option<usize> {
    let tokens = tokens(source);
    let is_definition = |pair: &[Token]| pair[0].word() == Some("struct") && pair[1].word() == Some(name);
    let at = tokens.windows(2).position(is_definition)?;
    let begin = at + tokens[at..].iter().position(|token| token.is('{'))?;
    Some(block(&tokens[begin..]).iter().filter(|token| token.word() == Some("pub")).count())
}

/// The block of an `impl` of this type itself, behind the word `impl`.
fn body_of_impl<'a>(tokens: &'a [Token], name: &str) -> Option<&'a [Token]> {
    let mut depth = 0_usize;
    let mut head = tokens.iter().enumerate().skip_while(|(_, token)| {
        depth += usize::from(token.is('<'));
        depth -= usize::from(token.is('>'));
        depth > 0 || token.is('>')
    });
    let (at, _) = head.next().filter(|(_, token)| token.word() == Some(name))?;
    let begin = at + tokens[at..].iter().position(|token| token.is('{'))?;
    let is_of_trait = tokens[at..begin].iter().any(|token| token.word() == Some("for"));
    (!is_of_trait).then(|| block(&tokens[begin..]))
}

/// What is between these braces, the first of which begins the tokens.
fn block(tokens: &[Token]) -> &[Token] {
    let mut depth = 0_usize;
    let end = tokens.iter().position(|token| {
        depth += usize::from(token.is('{'));
        depth -= usize::from(token.is('}'));
        depth == 0
    });
    &tokens[1..end.unwrap_or(tokens.len())]
}

fn count_methods(body: &[Token]) -> usize {
    let (mut depth, mut count) = (0_usize, 0);
    for pair in body.windows(2) {
        depth += usize::from(pair[0].is('{'));
        depth -= usize::from(pair[0].is('}'));
        // `fn(..)` is a type.
        count += usize::from(depth == 0 && pair[0].word() == Some("fn") && pair[1].word().is_some());
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_a_type_are_counted_and_those_of_traits_are_not() {
        let source = "
            struct Cell<A>(A);
            impl<A: Actor> Cell<A> {
                const ONE: usize = 1;
                pub(crate) async fn one(&self) { fn inner() {} let f: fn(u8) = drop; }
                fn two<T>(self, run: fn(T)) -> T where T: Fn() -> u8 { match self { _ => {} } }
            }
            impl<A: Fn(u8)> Cell<A> { fn three() {} }
            impl<A> Other<A> for Cell<A> { fn of_trait(&self) {} }
            impl<A> Cell<A> for Other<A> { fn of_a_trait_of_that_name(&self) {} }
            impl<A> Other<Cell<A>> { fn of_other(&self) {} }
            fn free(cell: Cell<u8>) {}
        ";
        assert_eq!(methods(source, "Cell"), 3);
    }

    #[test]
    fn fields_are_open_that_say_so() {
        assert_eq!(
            open_fields("struct Cell { a: u8, pub(super) b: u8, pub c: u8 } pub fn f() {}", "Cell"),
            Some(2)
        );
        assert_eq!(
            open_fields("pub struct Cell<A: Actor> { a: A } pub struct Other { pub a: u8 }", "Cell"),
            Some(0)
        );
        assert_eq!(open_fields("struct Other { pub a: u8 }", "Cell"), None);
    }
}
