from app.store import Store


class FakeStore(Store):
    def write_all(self, rows):
        self.rows = rows


def test_save():
    store = FakeStore()
    store.save([1])
    assert store.rows == [1]
