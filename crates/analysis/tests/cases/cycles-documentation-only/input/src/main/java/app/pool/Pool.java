package app.pool;

import app.util.Buffer;

public class Pool {
    public Buffer buffer = new Buffer();
}
