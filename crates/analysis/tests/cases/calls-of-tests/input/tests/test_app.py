from app import helper

def test_a():
    helper()

def test_b():
    helper()
