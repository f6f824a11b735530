from pkg.events import core_pb2


class Event:
    kind = core_pb2.KIND
