package a;

class Cases {
    void gets() {
        assert new Store().get() == 1;
    }
}
