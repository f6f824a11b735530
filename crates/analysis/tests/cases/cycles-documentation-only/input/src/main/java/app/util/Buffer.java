package app.util;

import app.pool.Pool;
import app.pool.Gone;

/** Taken from a {@link Pool}. */
public class Buffer {
    public int size = 1;
}
