class FSpec
