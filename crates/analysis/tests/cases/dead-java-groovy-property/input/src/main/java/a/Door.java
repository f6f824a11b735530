package a;

public class Door {
    private boolean isOpen() { return true; }
    private boolean isLost() { return true; }
}
