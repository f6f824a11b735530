type Pair[T] = tuple[T, T]


def first[T](pair: Pair[T]) -> T:
    match pair:
        case (one, _):
            return one


class Box[T: int]:
    def get(self) -> T:
        return f"{f"{self}"}"

    async def all[**P](self, *args: P.args):
        return [x async for x in self]
