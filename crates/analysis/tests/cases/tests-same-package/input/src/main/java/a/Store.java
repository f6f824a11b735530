package a;

public class Store {
    public int get() {
        return 1;
    }
}
