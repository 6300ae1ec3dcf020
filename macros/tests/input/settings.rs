// Settings, of an actor that is saved by the clock.

#[actor(durability = "relaxed", save_interval = "5s", sleep_timeout = "2m", action_timeout = "500ms", hibernate)]
impl Sensor {}
