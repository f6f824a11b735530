from collections import UserList


def first(values):
    return UserList(values)[0]
