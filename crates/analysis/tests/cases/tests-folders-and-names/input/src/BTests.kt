class BTests
