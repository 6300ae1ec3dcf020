// Check that an actor can be written by a macro, out of names, types and docs that it is given.

use callboard::prelude::*;

mod rt {
    pub use callboard::*;
}

macro_rules! counter {
    ($(#[$docs:meta])* $name:ident, $wire:literal, $amount:ty, $event:ident, $method:ident($argument:ident)) => {
        #[derive(Default, Serialize, Deserialize)]
        pub struct $name {
            total: $amount,
        }

        #[derive(Clone, Serialize, Deserialize)]
        pub struct $event {
            pub total: $amount,
        }

        #[actor(name = $wire, crate = $crate::impl_block::pass::in_a_macro::rt, events($event))]
        impl $name {
            $(#[$docs])*
            #[action]
            fn $method(&mut self, ctx: &Ctx<Self>, $argument: $amount, by: $amount) -> Result<$amount, std::io::Error> {
                self.total += $argument + by;
                ctx.broadcast(&$event { total: self.total });
                Ok(self.total)
            }

            #[action]
            async fn total(&self) -> $amount {
                self.total
            }
        }
    };
}

counter!(
    /// Adds.
    Integers, "integers", u64, IntegersChanged, add(amount)
);
counter!(Floats, "floats", f64, FloatsChanged, plus(args));

fn listen(conn: &IntegersConn) {
    conn.on(|changed: IntegersChanged| println!("{}", changed.total));
}

#[test]
fn runs() {
    let _ = listen;
    assert_eq!([Integers::NAME, Floats::NAME], ["integers", "floats"]);
}
