from sqlalchemy import Column


class Queue:
    name = Column(str)
