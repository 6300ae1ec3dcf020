// What events say of slow consumers.

#[actor(events(
    game::Moved(slow = latest(by = player_id)),
    Priced(slow = latest(by = 0)) = "price",
    Ticked(slow = drop_oldest),
    Shown(slow = latest),
    Said(slow = disconnect),
))]
impl Game {}
