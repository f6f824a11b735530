package a;

class Box {
    void run(Object unknown) {
        one();
        pair("a", 1);
        this.note(compute());
        Box box = new Box();
        box.three(1, 2, 3);
    }

    void one() {}
    void pair(String a, int b) { textAndNumber(); }
    void pair(boolean a, int b) { truthAndNumber(); }
    void textAndNumber() {}
    void truthAndNumber() {}
    void note(String text) { ofText(); }
    void note(Integer number) { ofNumber(); }
    void ofText() {}
    void ofNumber() {}
    void three(int a, int b) {}
    Object compute() { return null; }
}
