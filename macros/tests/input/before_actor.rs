// Both forms of `#[on_before_connect]`.

#[actor]
impl Club {
    #[on_before_connect]
    async fn check(caller: &Caller, card: Card) -> Result<(), ClubError> {
        check(caller, card).await
    }

    #[on_before_connect]
    fn admit(&self, card: Card) -> Seat {
        Seat::of(card)
    }
}

#[actor]
impl Garden {
    #[on_before_connect]
    fn check(number: u64) -> u64 {
        number
    }
}
