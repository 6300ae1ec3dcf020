#[actor(queues(Job -> Done = "jobs"))]
impl Worker {}
