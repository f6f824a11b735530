x = 1
if __name__ == "__main__":
    from py.c import y
