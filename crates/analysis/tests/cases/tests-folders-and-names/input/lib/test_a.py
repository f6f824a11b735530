def test_a():
    return 1
