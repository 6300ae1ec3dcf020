// The smallest actor: no action, no event, no hook.

#[actor]
impl Nothing {}
