package app.pool;

public class Gone {
}
