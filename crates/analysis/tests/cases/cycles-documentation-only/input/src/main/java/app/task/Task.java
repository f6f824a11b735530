package app.task;

import app.queue.Queue;

public class Task {
    public Queue queue = new Queue();
}
