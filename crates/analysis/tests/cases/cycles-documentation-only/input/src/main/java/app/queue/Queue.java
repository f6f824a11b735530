package app.queue;

import app.task.Task;

public class Queue {
    public Task next;
}
