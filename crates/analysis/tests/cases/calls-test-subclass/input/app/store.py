class Store:
    def save(self, rows):
        self.write_all(rows)


class DiskStore(Store):
    def write_all(self, rows):
        return rows


def run():
    DiskStore().save([])
